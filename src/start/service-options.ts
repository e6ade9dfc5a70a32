import type { Config } from '../config.ts';
import type { EventHub } from '../observability/event-hub.ts';
import type { Logger } from '../observability/logger.ts';

/** `api` serves HTTP, `worker` runs jobs and serves health checks, `all` does both. */
export type Role = 'all' | 'api' | 'worker';

export interface ServiceOptions {
  config: Config;
  role: Role;
  log: Logger;
  events: EventHub;
  /** Ends a start under way: what was opened is closed again after the present step. @default the start is not ended */
  signal?: AbortSignal;
}
