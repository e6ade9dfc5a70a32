import { textOf } from '../errors/read-text.ts';
import { checkDefinition } from './check-definition.ts';
import { checkPolicy } from './check-policy.ts';
import type { TaskDefinition } from './define-task.ts';
import type { RetryDelay } from './retry-delay.ts';
import type { RouteTarget } from './route-target.ts';
import type { RunGate } from './run-gate.ts';
import type { TaskContext } from './task-context.ts';

/**
 * The code of a task. Returning completes the job, and what is returned is kept as its result: as much of it as JSON can
 * carry, up to 1 MiB, with a note of what it cannot. Throwing retries it, or ends it as its Outcome says. It may run more than once for one job (at-least-once), so its
 * effects must be idempotent, or be part of a transaction that `context.completeInTransaction` ends the job in.
 */
export type Handler<Payload, Services> = (
  payload: Payload,
  context: TaskContext<Services>,
) => Promise<unknown>;

/** How long a handler that ignores its signal keeps its place, unless its task says otherwise: as River's stuck jobs. */
export const ABANDON_AFTER_MS = 10_000;

/**
 * How a task's runs are carried out, and how their failures are judged. In this order: an Outcome the handler threw, `classify`, `discardOn`, and at last
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
  /**
   * How long a handler may go on after its signal fired, be it for a time limit, a deadline, a cancellation or a lost job.
   * Until it ends, or this time is over, the run keeps its place and the job is not run again. Then the handler is left
   * behind, and whatever it still does is done beside the next run. Milliseconds, 0 to 2,147,483,647. @default 10,000
   */
  readonly abandonAfterMs?: number;
  /**
   * `thread`: each run has a thread of its own, for work that computes. It does not disturb other runs, and when its signal
   * has fired and it does not end by itself, it is ended with its thread, after a second unless `abandonAfterMs` says
   * otherwise. The thread loads the task's file anew and shares nothing with the process: `services` is undefined, payload,
   * result and errors are copied, and what it leaves behind ends with it. Needs a task that is loaded from its file.
   *
   * @default the handler runs on the event loop of the worker
   */
  readonly isolate?: 'thread';
}

/**
 * The outcomes an error can be given: `retry` (after `delayMs`, or as `retryDelay` says), `discard` as SkipRetry does,
 * `cancel` as Cancel does, `snooze` without counting the attempt.
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
  /** Where it was loaded from; undefined for one that was made in place. */
  readonly file?: URL;
  /** Where its jobs go, of a task that has no handler. @default its handler runs */
  readonly route?: RouteTarget;
  /** Workers over HTTP run its jobs, and no worker of ours does. @default false */
  readonly isLeased?: boolean;
  /** What must be open before a run begins. Such runs have no time limit of ours: what they wait for has its own. @default nothing */
  readonly gate?: RunGate;
  /** Where its handler hands its jobs, in words without a secret: `rabbitmq:mail/welcome`. @default they run here */
  readonly goesTo?: string;
  /** The handler gets the payload as it was enqueued, in place of what the schema makes of it. @default false */
  readonly getsPayloadAsGiven?: boolean;
  /** What its handler returns is flat, small and JSON, of texts that Postgres can hold, and nobody need look into it. @default false */
  readonly returnsPlainJson?: boolean;
}

/**
 * Ties a handler to its task's definition; the payload's type comes from the definition.
 *
 * @throws {TypeError} for what is no definition; naming what is out of range in the policy, and what no policy has
 */
export function bind<Payload>(
  definition: TaskDefinition<Payload, unknown>,
  handle: Handler<Payload, undefined>,
  policy: TaskPolicy & { readonly isolate: 'thread' },
): BoundTask<never>;
export function bind<Payload, Services>(
  definition: TaskDefinition<Payload, unknown>,
  handle: Handler<Payload, Services>,
  policy?: TaskPolicy,
): BoundTask<Services>;
export function bind(
  definition: TaskDefinition,
  handle: Handler<never, never>,
  policy: TaskPolicy = {},
): BoundTask<never> {
  checkDefinition(definition, 'definition');
  if (typeof handle !== 'function')
    throw new TypeError(
      `Task "${definition.name}": handler: expected a function, received ${textOf(handle)}`,
    );
  checkPolicy(definition.name, policy);
  return Object.freeze({ definition, handle, policy });
}

/** Whether it is what `bind` returns, of this copy of the package or another. */
export function isBoundTask(value: unknown): boolean {
  const { definition, handle } = (value ?? {}) as Partial<BoundTask<never>>;
  return definition !== undefined && typeof handle === 'function';
}
