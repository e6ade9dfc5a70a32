import type { TaskDefinition } from '../jobs/define-task.ts';
import type { RetryDelay } from './retry-delay.ts';
import type { TaskContext } from './task-context.ts';

/**
 * The code of a task. Returning completes the job, and a returned JSON value of at most 1 MiB is kept as its result;
 * throwing retries it, or ends it as its Outcome says. It may run more than once for one job (at-least-once), so its
 * effects must be idempotent, or be part of a transaction that `context.completeInTransaction` ends the job in.
 */
export type Handler<Payload, Services> = (
  payload: Payload,
  context: TaskContext<Services>,
) => Promise<unknown>;

/**
 * How a task's failures are judged. In this order: an Outcome the handler threw, `classify`, `discardOn`, and at last
 * a retry after `retryDelay`, as long as the job has retries left.
 */
export interface TaskPolicy {
  /** Errors that no retry can mend: the job is discarded, as with SkipRetry. @default none */
  readonly discardOn?: readonly ErrorClass[];
  /**
   * What an error means for the job; undefined leaves it to the rest of the policy. What is not an Error arrives as
   * one, with the thrown value as its cause. If it throws itself, it counts as undefined.
   *
   * @default undefined for every error
   */
  readonly classify?: (error: Error) => Classification | undefined;
  /** Wait before the next run. @default asynqDelay */
  readonly retryDelay?: RetryDelay;
}

/**
 * The outcomes an error can be given: `retry` (after `delayMs`, or as `retryDelay` says), `discard` as SkipRetry does,
 * `cancel` as Revoke does, `snooze` without counting the attempt.
 */
export type Classification =
  | 'retry'
  | 'discard'
  | 'cancel'
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'snooze'; readonly delayMs: number };

export type ErrorClass = abstract new (...parameters: never[]) => Error;

/** A task definition together with the code that runs it: what each file in `tasks/` exports. */
export interface BoundTask<Services> {
  readonly definition: TaskDefinition;
  readonly handle: Handler<never, Services>;
  readonly policy: TaskPolicy;
}

/** Ties a handler to its task's definition; the payload's type comes from the definition. */
export function bind<Payload, Services>(
  definition: TaskDefinition<Payload>,
  handle: Handler<Payload, Services>,
  policy: TaskPolicy = {},
): BoundTask<Services> {
  return Object.freeze({ definition, handle, policy });
}
