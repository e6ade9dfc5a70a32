import type { AnyApp } from '../app/define-app.ts';
import type { Config, Role } from '../config.ts';
import type { EventHub } from '../observability/event-hub.ts';
import type { Logger } from '../observability/logger.ts';

export interface ServiceOptions {
  app: AnyApp;
  /** Read with the application's `readSettings`, for this role. */
  config: Config;
  role: Role;
  log: Logger;
  events: EventHub;
  /** Told what a start is at, in words, as each step begins. @default nobody is told */
  onStep?: (step: string) => void;
  /** Ends a start under way: what was opened is closed again after the present step. @default the start is not ended */
  signal?: AbortSignal;
}
