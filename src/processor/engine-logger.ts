import { Logger as EngineLogger } from 'graphile-worker';
import type { Logger } from '../observability/logger.ts';

const LEVELS = { error: 'error', warning: 'warn', info: 'debug', debug: 'trace' } as const;

/**
 * graphile-worker's own log lines, as lines of ours. Its metadata is dropped, since it holds whole jobs with their
 * payloads, and so are its lines on each job's end: the service's events report those.
 */
export function createEngineLogger(log: Logger): EngineLogger {
  return new EngineLogger(({ label, workerId }) => {
    return (level, message, meta) => {
      if (meta && ('success' in meta || 'failure' in meta)) return;
      log[LEVELS[level]]({ engine: label, worker_id: workerId }, message);
    };
  });
}
