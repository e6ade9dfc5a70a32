import { Counter, type Registry } from 'prom-client';
import type { EventHub } from './event-hub.ts';

/** How often and for how long the event loop of this process did not turn, fed by the hub's events. */
export function countBlocks(registry: Registry, events: EventHub): void {
  const blocks = new Counter({
    name: 'howdah_loop_blocks_total',
    help: 'Times the event loop of this process was blocked for a second or more',
    registers: [registry],
  });
  const seconds = new Counter({
    name: 'howdah_loop_blocked_seconds_total',
    help: 'How long those blocks lasted, all together',
    registers: [registry],
  });
  events.on('loop.blocked', ({ durationMs }) => {
    blocks.inc();
    seconds.inc(durationMs / 1000);
  });
}
