import { Logger as EngineLogger, type LogFunctionFactory } from 'graphile-worker';
import type { Logger } from '../../observability/logger.ts';

type Scope = Parameters<LogFunctionFactory>[0];

const LEVELS = { error: 'error', warning: 'warn', info: 'debug', debug: 'trace' } as const;

/** What the engine says when the database ends its idle connections. */
const CONNECTION_LOST = /^PostgreSQL (idle|active) client generated error/;

/**
 * graphile-worker's own log lines, as lines of ours. Its metadata is dropped, since it holds whole jobs with their
 * payloads, and so are its lines on each job's end: the service's events report those.
 *
 * @param isEnding whether connections may end without that being worth a line. @default never
 */
export function createEngineLogger(log: Logger, isEnding: () => boolean = () => false): EngineLogger {
  return new ScopedLogger(({ label, workerId }) => {
    return (level, message, meta) => {
      if (meta && ('success' in meta || 'failure' in meta)) return;
      if (isEnding() && CONNECTION_LOST.test(message)) return;
      log[LEVELS[level]]({ engine: label, worker_id: workerId }, message);
    };
  });
}

/** The engine asks for a logger for each job, and our handlers never see it. */
class ScopedLogger extends EngineLogger {
  readonly #factory: LogFunctionFactory;
  readonly #scope: Scope;

  constructor(factory: LogFunctionFactory, scope: Scope = {}) {
    super(factory, scope);
    this.#factory = factory;
    this.#scope = scope;
  }

  override scope(more: Scope): EngineLogger {
    return more.jobId === undefined ? new ScopedLogger(this.#factory, { ...this.#scope, ...more }) : this;
  }
}
