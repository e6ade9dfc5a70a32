import { type BoundTask, bind, type TaskPolicy } from './bind.ts';
import type { TaskDefinition } from './define-task.ts';
import { findTargetMistake } from './read-target.ts';
import type { RouteTarget } from './route-target.ts';

/**
 * A task without a handler: its jobs are handed to a broker or posted to an address. What a file of the folder of tasks exports in
 * place of what `app.handle` returns. A route of the application's, and ROUTES, send its jobs elsewhere.
 *
 * @param target such as `{ kafka: { topic: 'users.v1' } }`; whether there is such a place is looked at when a worker starts. So is
 *   whether it is there at all: nothing and an empty text, as of a variable that is not set, are no mistake where jobs are enqueued
 * @param policy when to try again what the other side refuses, as of a handler
 * @throws {TypeError} for what is no definition or no target; naming what is out of range in the policy
 */
export function publish<Payload>(
  definition: TaskDefinition<Payload, unknown>,
  target: RouteTarget,
  policy: Omit<TaskPolicy, 'isolate'> = {},
): BoundTask<unknown> {
  const bound: BoundTask<unknown> = bind<Payload, unknown>(definition, refuseToRun, policy);
  const mistakes = [...findMistakes(target), ...findIsolation(policy)];
  if (mistakes.length > 0) throw new TypeError(`Task "${definition.name}": ${mistakes.join('; ')}`);
  return Object.freeze({ ...bound, route: target ?? ABSENT });
}

/** What a worker refuses when it starts: the task has no handler, so that it must have a route. */
const ABSENT = '' as unknown as RouteTarget;

async function refuseToRun(): Promise<never> {
  throw new Error('the task is only published: it has no handler');
}

function findMistakes(target: unknown): string[] {
  if (typeof target === 'string' && target.trim() === 'postgres')
    return ['target: expected a broker or an address, as it has no handler, received "postgres"'];
  const mistake = findTargetMistake(target);
  return mistake === undefined ? [] : [`target: ${mistake}`];
}

function findIsolation({ isolate }: TaskPolicy): string[] {
  return isolate === undefined ? [] : ['isolate: expected none, as it has no handler'];
}
