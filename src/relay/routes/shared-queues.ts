import type { BoundTask } from '../../tasks/bind.ts';
import type { RouteMistake } from './plan-routes.ts';
import type { Destination } from './read-target.ts';

/** Whom a run waits for: webhooks are like any code that runs here. */
type WaitsFor = 'here' | 'rabbitmq' | 'kafka';

/**
 * Queues whose tasks do not all wait for the same broker. While one is down its runs keep their places and nothing is fetched, so
 * tasks that have nothing to do with it would stand still as well.
 */
export function findSharedQueues(
  destinations: ReadonlyMap<string, Destination>,
  tasks: ReadonlyMap<string, Pick<BoundTask<never>, 'definition'>>,
): RouteMistake[] {
  const queues = new Map<string, Map<WaitsFor, string[]>>();
  for (const [task, { to }] of destinations) {
    const queue = tasks.get(task)?.definition.queue ?? '';
    const groups = queues.get(queue) ?? new Map<WaitsFor, string[]>();
    const group = to === 'postgres' || to === 'webhook' ? 'here' : to;
    queues.set(queue, groups.set(group, [...(groups.get(group) ?? []), task]));
  }
  return [...queues].filter(([, groups]) => groups.size > 1).map(describe);
}

function describe([queue, groups]: [string, ReadonlyMap<WaitsFor, string[]>]): RouteMistake {
  const told = [...groups].map(([group, names]) =>
    group === 'here' ? `${names.join(', ')} run here` : `${names.join(', ')} go to ${group}`,
  );
  return {
    field: 'routes',
    message: `expected the tasks of a queue to go to one broker, as runs that wait for it would keep the others waiting: give them queues of their own (queue: in defineTask, and QUEUES); received in queue "${queue}": ${told.join('; ')}`,
  };
}
