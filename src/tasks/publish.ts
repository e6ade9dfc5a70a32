import { type BoundTask, bind, type TaskPolicy } from './bind.ts';
import type { TaskDefinition } from './define-task.ts';
import { readTarget, TargetMistake } from './read-target.ts';
import type { RouteTarget } from './route-target.ts';

/**
 * A task without a handler: its jobs are handed to a broker or posted to an address. What a file of the folder of tasks exports in
 * place of what `app.handle` returns. A route of the application's, and ROUTES, send its jobs elsewhere.
 *
 * @param target such as `{ kafka: { topic: 'users.v1' } }`; whether there is such a place is looked at when a worker starts
 * @param policy when to try again what the other side refuses, as of a handler
 * @throws {TypeError} for what is no definition or no target; naming what is out of range in the policy
 */
export function publish<Payload>(
  definition: TaskDefinition<Payload, unknown>,
  target: RouteTarget,
  policy: Omit<TaskPolicy, 'isolate'> = {},
): BoundTask<unknown> {
  const bound: BoundTask<unknown> = bind<Payload, unknown>(definition, refuseToRun, policy);
  const mistakes = [...findTargetMistake(definition.name, target), ...findIsolation(policy)];
  if (mistakes.length > 0) throw new TypeError(`Task "${definition.name}": ${mistakes.join('; ')}`);
  return Object.freeze({ ...bound, route: target });
}

async function refuseToRun(): Promise<never> {
  throw new Error('the task is only published: it has no handler');
}

function findTargetMistake(task: string, target: unknown): string[] {
  try {
    if (readTarget(task, target).to !== 'postgres') return [];
    return ['target: expected a broker or an address, as it has no handler, received "postgres"'];
  } catch (error) {
    if (error instanceof TargetMistake) return [`target: ${error.message}`];
    throw error;
  }
}

function findIsolation({ isolate }: TaskPolicy): string[] {
  return isolate === undefined ? [] : ['isolate: expected none, as it has no handler'];
}
