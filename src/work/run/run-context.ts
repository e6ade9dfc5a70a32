import type { SqlClient } from '../../db/sql-client.ts';
import type { Logger } from '../../observability/logger.ts';
import type { RunningJob, TaskContext } from '../../tasks/task-context.ts';
import type { RunConduct } from './run-conduct.ts';
import type { RunLimits } from './run-limits.ts';

/** What a context is made from. */
interface Parts {
  readonly limits: RunLimits;
  readonly conduct: RunConduct;
  readonly log: Logger;
  /** The same, bound to the job. */
  bound?: Logger;
}

const PARTS = Symbol('parts');

const SIGNAL: PropertyDescriptor & ThisType<Kept> = {
  enumerable: true,
  get() {
    return this[PARTS].limits.signal;
  },
};

const LOG: PropertyDescriptor & ThisType<Kept> = {
  enumerable: true,
  get() {
    const parts = this[PARTS];
    parts.bound ??= parts.log.child(logFields(this.job));
    return parts.bound;
  },
};

interface Kept {
  readonly job: RunningJob;
  readonly [PARTS]: Parts;
}

/**
 * What a handler is given. A signal costs a microsecond and a logger three, and most handlers ask for neither: both are made when
 * they are. They are members of the object itself, so that `{ ...context }` has them; and of one shape for all runs, where accessors
 * in an object literal would give each run a hidden class of its own, which only a full collection removes.
 */
export class RunContext<Services> implements TaskContext<Services> {
  readonly job: RunningJob;
  readonly services: Services;
  readonly progress: TaskContext<Services>['progress'];
  readonly completeInTransaction: TaskContext<Services>['completeInTransaction'];
  declare readonly signal: AbortSignal;
  declare readonly log: Logger;
  readonly [PARTS]: Parts;

  constructor(job: RunningJob, services: Services, parts: Parts) {
    const { conduct } = parts;
    this.job = job;
    this.services = services;
    this.progress = (percent: number, message?: string) => conduct.progress(percent, message);
    this.completeInTransaction = (tx: SqlClient, result?: unknown) =>
      conduct.completeInTransaction(tx, result);
    this[PARTS] = parts;
    Object.defineProperty(this, 'signal', SIGNAL);
    Object.defineProperty(this, 'log', LOG);
  }
}

function logFields({ id, task, queue, attempt }: RunningJob) {
  return { job_id: id, type: task, queue, attempt };
}
