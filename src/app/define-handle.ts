import { type BoundTask, bind, type Handler, type TaskPolicy } from '../tasks/bind.ts';
import type { TaskDefinition } from '../tasks/define-task.ts';

/** Ties handlers to definitions, for an application with these services. */
export interface Handle<Services> {
  /**
   * Ties a handler to its task's definition; the types of payload and services come from definition and application.
   *
   * @throws {TypeError} naming what is out of range in the policy
   */
  <Payload>(
    definition: TaskDefinition<Payload, unknown>,
    handler: Handler<Payload, undefined>,
    policy: TaskPolicy & { readonly isolate: 'thread' },
  ): BoundTask<Services>;
  <Payload>(
    definition: TaskDefinition<Payload, unknown>,
    handler: Handler<Payload, Services>,
    policy?: TaskPolicy,
  ): BoundTask<Services>;
}

/**
 * What `app.handle` is, without the application: for tasks that `defineApp` is given as a list, which are there before it.
 * `const handle = defineHandle<Services>()`, and then `handle(definition, handler, policy)`.
 */
export function defineHandle<Services = undefined>(): Handle<Services> {
  return bind as unknown as Handle<Services>;
}
