import { isKin, KIND } from '../errors/is-kin.ts';
import { checkDelay } from './check-delay.ts';

/**
 * What a handler may throw to decide the fate of its job. Returning completes it; any other error retries it after
 * the task's delay, until its retries are used up.
 */
export abstract class Outcome extends Error {
  /** Also one of another copy of this package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a class that extends this one is asked about itself
    return isKin(this, value);
  }

  get [KIND](): string {
    return 'Outcome';
  }
}

/** Trying again cannot help: the job is discarded with this reason. */
export class SkipRetry extends Outcome {
  override readonly name = 'SkipRetry';

  override get [KIND](): string {
    return 'SkipRetry';
  }
}

/** The job is not wanted any more: it is cancelled with this reason. */
export class Cancel extends Outcome {
  override readonly name: string = 'Cancel';

  override get [KIND](): string {
    return 'Cancel';
  }
}

/** Cancel, by the name that asynq has for it; errors of the job show this name. */
export class Revoke extends Cancel {
  override readonly name = 'Revoke';

  override get [KIND](): string {
    return 'Revoke';
  }
}

/** Not now: the job runs again later, and this run does not count as an attempt. */
export class Snooze extends Outcome {
  override readonly name = 'Snooze';
  readonly delayMs: number;

  override get [KIND](): string {
    return 'Snooze';
  }

  /**
   * @param delayMs milliseconds until the next run, 0 to 100 years
   * @throws {RangeError} for any other
   */
  constructor(delayMs: number) {
    super(`snoozed for ${delayMs} ms`);
    this.delayMs = checkDelay(delayMs);
  }
}

/** The run failed, and the caller knows when the next makes sense (a Retry-After header, say). Counts as an attempt. */
export class RetryAfter extends Outcome {
  override readonly name = 'RetryAfter';
  readonly delayMs: number;

  override get [KIND](): string {
    return 'RetryAfter';
  }

  /**
   * @param delayMs milliseconds until the next run, 0 to 100 years
   * @throws {RangeError} for any other
   */
  constructor(delayMs: number, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.delayMs = checkDelay(delayMs);
  }
}
