import type { TaskDefinition } from '../jobs/define-task.ts';
import type { TaskContext } from './task-context.ts';

/**
 * The code of a task. Returning completes the job; throwing retries it, or ends it as its Outcome says. It may run
 * more than once for one job (at-least-once), so its effects must be idempotent.
 */
export type Handler<Payload, Services> = (payload: Payload, context: TaskContext<Services>) => Promise<void>;

/** How a task's failures are judged where its own errors and the defaults do not say. */
export interface TaskPolicy {
  /** Errors that no retry can mend: the job is discarded, as with SkipRetry. @default none */
  readonly discardOn?: readonly ErrorClass[];
}

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
