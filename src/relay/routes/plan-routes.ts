import type { BoundTask } from '../../tasks/bind.ts';
import { type Destination, readTarget, TargetMistake } from '../../tasks/read-target.ts';
import type { RouteTarget } from '../../tasks/route-target.ts';
import { shown } from '../../tasks/without-password.ts';
import type { BrokerName } from '../broker.ts';
import { findSharedQueues } from './shared-queues.ts';

/** A task, or `*` for each that has no other route in the same place. */
export type GivenRoutes = Readonly<Record<string, RouteTarget | string>>;

export interface RoutesGiven {
  /** Every task of the application. */
  tasks: ReadonlyMap<string, Pick<BoundTask<never>, 'definition' | 'route'>>;
  /** ROUTES as it stands in the environment. */
  setting: string | undefined;
  /** Of `defineApp`. */
  ofApplication: GivenRoutes | undefined;
  /** TASK_DISTRIBUTOR: where tasks without a route go. */
  distributor: 'postgres' | BrokerName;
}

/** What is wrong with a route, by where it stands. */
export interface RouteMistake {
  readonly field: string;
  readonly message: string;
}

export interface PlannedRoutes {
  /** Tasks that do not run here, with where their jobs go. */
  readonly routes: ReadonlyMap<string, Exclude<Destination, { to: 'postgres' }>>;
  readonly mistakes: readonly RouteMistake[];
}

/** One place where routes are said, the first to say something of a task counts. */
interface Layer {
  readonly field: (task: string) => string;
  readonly of: (task: string) => unknown;
}

/**
 * Where the jobs of each task go. ROUTES comes before what `defineApp` was given, that before what the task's own file says, and
 * TASK_DISTRIBUTOR last; in one place the task's name comes before `*`. All mistakes are found at once.
 */
export function planRoutes({ tasks, setting, ofApplication = {}, distributor }: RoutesGiven): PlannedRoutes {
  const { entries, mistakes } = splitSetting(setting);
  const fields = { ROUTES: entries, routes: new Map(Object.entries(ofApplication)) };
  const layers: Layer[] = [
    { field: () => 'ROUTES', of: (task) => entries.get(task) ?? entries.get('*') },
    { field: (task) => `routes.${task}`, of: (task) => fields.routes.get(task) ?? fields.routes.get('*') },
    { field: (task) => `publish(${task})`, of: (task) => tasks.get(task)?.route },
    { field: () => 'TASK_DISTRIBUTOR', of: () => distributor },
  ];
  const planned = [...tasks.keys()].map((task) => planTask(task, layers));
  const found = planned.flatMap(({ mistake }) => mistake ?? []);
  const destinations = new Map(
    planned.flatMap(({ task, destination }) => (destination ? [[task, destination]] : [])),
  );
  return {
    routes: new Map([...destinations].filter(isElsewhere)),
    mistakes: [
      ...mistakes,
      ...unknownTasks(fields, tasks),
      ...found,
      ...withoutHandler(destinations, tasks),
      ...findSharedQueues({
        destinations,
        tasks,
        fieldOf: (task) => layerOf(task, layers)?.field(task) ?? '',
      }),
    ],
  };
}

function isElsewhere(
  entry: [string, Destination],
): entry is [string, Exclude<Destination, { to: 'postgres' }>] {
  return entry[1].to !== 'postgres';
}

function planTask(
  task: string,
  layers: readonly Layer[],
): { task: string; destination?: Destination; mistake?: RouteMistake } {
  const layer = layerOf(task, layers);
  if (!layer) return { task, destination: { to: 'postgres' } };
  try {
    return { task, destination: readTarget(task, layer.of(task)) };
  } catch (error) {
    if (!(error instanceof TargetMistake)) throw error;
    return { task, mistake: { field: layer.field(task), message: `${task}: ${error.message}` } };
  }
}

function layerOf(task: string, layers: readonly Layer[]): Layer | undefined {
  return layers.find((each) => each.of(task) !== undefined);
}

/** `task=target` with commas between; a comma within an address is written %2C. */
function splitSetting(setting = ''): { entries: Map<string, string>; mistakes: RouteMistake[] } {
  const entries = new Map<string, string>();
  const mistakes: RouteMistake[] = [];
  const report = (message: string) => mistakes.push({ field: 'ROUTES', message });
  const received = (entry: string) => (isOfAddresses(setting) ? NOT_SHOWN : shown(entry));
  for (const entry of setting.split(',').map((each) => each.trim())) {
    const [, task, target] = /^([^=\s]+)\s*=\s*(.*)$/.exec(entry) ?? [];
    if (setting.trim() === '') break;
    if (task === undefined || target === undefined) {
      report(
        `expected task=target entries with commas between, such as send_mail=rabbitmq:mail/new; received ${received(entry)}`,
      );
    } else if (entries.has(task)) {
      report(`expected every task once; received ${shown(task)} more than once`);
    } else {
      entries.set(task, target);
    }
  }
  return { entries, mistakes };
}

/** What a comma in a password or a path cut off of an address looks like anything. */
const NOT_SHOWN = 'one that is not shown, as it may be a part of an address: a comma within one is %2C';

function isOfAddresses(setting: string): boolean {
  return setting.includes('@') || setting.includes('://');
}

/** A name that no task can have is no typing error in one; of a whole address the host is told. */
function shownName(task: string): string {
  return /^[A-Za-z0-9_-]{1,128}$|:\/\//.test(task) ? shown(task) : NOT_SHOWN;
}

function unknownTasks(
  fields: Readonly<Record<string, ReadonlyMap<string, unknown>>>,
  tasks: RoutesGiven['tasks'],
): RouteMistake[] {
  const known = [...tasks.keys()].join(', ') || 'none';
  return Object.entries(fields).flatMap(([field, entries]) =>
    [...entries.keys()]
      .filter((task) => task !== '*' && !tasks.has(task))
      .map((task) => ({
        field,
        message: `expected a task of the application (${known}) or *; received ${shownName(task)}`,
      })),
  );
}

/** What a file only publishes cannot run here. */
function withoutHandler(
  destinations: ReadonlyMap<string, Destination>,
  tasks: RoutesGiven['tasks'],
): RouteMistake[] {
  return [...destinations]
    .filter(([task, { to }]) => to === 'postgres' && tasks.get(task)?.route !== undefined)
    .map(([task]) => ({
      field: 'ROUTES',
      message: `${task}: expected a broker or an address, as its file publishes it and has no handler; received "postgres"`,
    }));
}
