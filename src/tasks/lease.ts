import { type BoundTask, bind } from './bind.ts';
import type { TaskDefinition } from './define-task.ts';

/**
 * A task without a handler here: workers over HTTP lease its jobs (`POST /v1/leases`). What a file of the folder of tasks exports in
 * place of what `app.handle` returns. The application's processes announce it, so that everybody can enqueue its jobs, and run
 * none of them; its queue is one of such tasks alone.
 *
 * @throws {TypeError} for what is no definition
 */
export function lease<Payload>(definition: TaskDefinition<Payload, unknown>): BoundTask<unknown> {
  const bound: BoundTask<unknown> = bind<Payload, unknown>(definition, refuseToRun);
  return Object.freeze({ ...bound, isLeased: true });
}

async function refuseToRun(): Promise<never> {
  throw new Error('the task is leased over HTTP: it has no handler');
}
