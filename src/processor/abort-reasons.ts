/** Reason of a run's signal when its time limit passed. */
export class JobTimeoutError extends Error {
  override readonly name = 'JobTimeoutError';

  constructor(timeoutMs: number) {
    super(`timed out after ${timeoutMs} ms`);
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
