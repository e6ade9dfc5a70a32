import { EventEmitter } from 'node:events';
import type { HowdahEvents } from './events.ts';

/** Where the service announces what happens to jobs; logs and metrics listen. Listeners must not throw. */
export type EventHub = EventEmitter<HowdahEvents>;

/** A hub without listeners. */
export function createEventHub(): EventHub {
  return new EventEmitter<HowdahEvents>();
}
