import { type PackedError, unpackError } from '../process/packed-error.ts';

/** Reason of a run's signal when its time limit passed. The attempt failed, and the job is retried as after any error. */
export class JobTimeoutError extends Error {
  override readonly name = 'JobTimeoutError';

  constructor(timeoutMs: number) {
    super(`timed out after ${timeoutMs} ms`);
  }
}

/** Reason of a run's signal when the job's deadline passed, be it before or during the run. The job is discarded. */
export class JobDeadlineError extends Error {
  override readonly name = 'JobDeadlineError';

  constructor(deadline: Date) {
    super(`its deadline passed at ${deadline.toISOString()}`);
  }
}

/** Reason of a run's signal when somebody cancelled the job while it ran. The job ends cancelled whatever the run does. */
export class JobCancelledError extends Error {
  override readonly name = 'JobCancelledError';

  constructor(message = 'cancelled while running') {
    super(message);
  }
}

/** Reason of a run's signal when the process stops and the run outlasted the shutdown limit. */
export class ShutdownError extends Error {
  override readonly name = 'ShutdownError';

  constructor() {
    super('the worker is shutting down');
  }
}

/** Reason of a run's signal when its worker lost the job: it was cut off from the database, or retired by it. */
export class JobLostError extends Error {
  override readonly name = 'JobLostError';
}

const REASONS = [JobTimeoutError, JobDeadlineError, JobCancelledError, ShutdownError, JobLostError];

/** A reason that came from another thread, as an instance of its class. */
export function unpackReason(packed: PackedError): Error {
  const error = unpackError(packed);
  const type = REASONS.find(({ name }) => name === packed.name);
  return type ? Object.setPrototypeOf(error, type.prototype) : error;
}
