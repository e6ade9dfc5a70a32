import type { PlannedRoutes, RouteMistake } from '../routes/plan-routes.ts';
import type { Source } from './source.ts';

type Read = Pick<Source, 'name' | 'task'>;

/**
 * Sources whose messages come back to them: each becomes a job, that a message, and so on without end, as under TASK_DISTRIBUTOR where
 * a queue is called like the task that is read from it. What an exchange does with a message is not known, and so not looked at.
 */
export function findCircles(sources: readonly Read[], routes: PlannedRoutes['routes']): RouteMistake[] {
  const told = new Set<string>();
  return sources.flatMap((source) => {
    const circle = circleFrom(source, sources, routes);
    if (!circle || told.has(source.name)) return [];
    for (const { name } of circle) told.add(name);
    return [{ field: 'routes', message: describe(circle) }];
  });
}

/** Undefined where the way from there ends, or goes round without it. */
function circleFrom(
  first: Read,
  sources: readonly Read[],
  routes: PlannedRoutes['routes'],
): Read[] | undefined {
  const way = [first];
  while (way.length <= sources.length) {
    const place = placeOf(routes.get(way.at(-1)?.task ?? ''));
    if (place === first.name) return way;
    const next = sources.find(({ name }) => name === place);
    if (!next) return undefined;
    way.push(next);
  }
  return undefined;
}

/** As a source of it is named. */
function placeOf(route: ReturnType<PlannedRoutes['routes']['get']>): string | undefined {
  if (route?.to === 'kafka') return `kafka:${route.target.topic}`;
  const isQueue = route?.to === 'rabbitmq' && route.target.exchange === '';
  return isQueue ? `rabbitmq:${route.target.routingKey}` : undefined;
}

function describe(circle: readonly Read[]): string {
  const steps = circle.map(({ name, task }) => `${name} becomes jobs of ${task}`);
  const [first] = circle;
  return `expected messages to end somewhere, and not to come back as jobs without end: give the task another route (postgres has it run here), or its source another task; received ${[...steps, first?.name].join(', which go to ')}`;
}
