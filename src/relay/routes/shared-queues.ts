import type { BoundTask } from '../../tasks/bind.ts';
import type { Destination } from '../../tasks/read-target.ts';
import type { RouteMistake } from './plan-routes.ts';

/** Whom a run waits for: webhooks are like any code that runs here. */
type WaitsFor = 'here' | 'rabbitmq' | 'kafka';

export interface QueuesGiven {
  readonly destinations: ReadonlyMap<string, Destination>;
  readonly tasks: ReadonlyMap<string, Pick<BoundTask<never>, 'definition'>>;
  /** Where it is said where the jobs of a task go. */
  readonly fieldOf: (task: string) => string;
}

/**
 * Queues whose tasks do not all wait for the same broker. While one is down its runs keep their places and nothing is fetched, so
 * tasks that have nothing to do with it would stand still as well. Each is told of where its routes to brokers are said.
 */
export function findSharedQueues({ destinations, tasks, fieldOf }: QueuesGiven): RouteMistake[] {
  const queues = new Map<string, Map<WaitsFor, string[]>>();
  for (const [task, { to }] of destinations) {
    const queue = tasks.get(task)?.definition.queue ?? '';
    const groups = queues.get(queue) ?? new Map<WaitsFor, string[]>();
    const group = to === 'postgres' || to === 'webhook' ? 'here' : to;
    queues.set(queue, groups.set(group, [...(groups.get(group) ?? []), task]));
  }
  return [...queues]
    .filter(([, groups]) => groups.size > 1)
    .map(([queue, groups]) => ({ field: fieldsOf(groups, fieldOf), message: describe(queue, groups) }));
}

function fieldsOf(groups: ReadonlyMap<WaitsFor, string[]>, fieldOf: QueuesGiven['fieldOf']): string {
  const routed = [...groups].flatMap(([group, names]) => (group === 'here' ? [] : names));
  return [...new Set(routed.map(fieldOf))].join(', ');
}

function describe(queue: string, groups: ReadonlyMap<WaitsFor, string[]>): string {
  const told = [...groups].map(([group, names]) => {
    const isOne = names.length === 1;
    const does = group === 'here' ? `${isOne ? 'runs' : 'run'} here` : `${isOne ? 'goes' : 'go'} to ${group}`;
    return `${names.join(', ')} ${does}`;
  });
  return `expected the tasks of a queue to go to one broker, as runs that wait for it would keep the others waiting: give them queues of their own (queue: in defineTask, and QUEUES); received in queue "${queue}": ${told.join('; ')}`;
}
