import type { LoadedApp } from '../../app/load-tasks.ts';
import { type Config, ConfigError } from '../../config.ts';
import type { Session } from '../../db/connections/session.ts';
import { describeRoute } from '../../relay/routes/describe-route.ts';
import { planRelay } from '../../start/relay/plan-relay.ts';
import { countJobs } from './count-jobs.ts';
import { error, type Finding, ok, warning } from './finding.ts';

/** A task and where its jobs go, as workers that live say: several of one task while those differ. */
export interface ServedRoute {
  task: string;
  /** As in ROUTES; `postgres` where they run. */
  route: string;
  /** Processes. */
  workerCount: number;
}

/** A task that the settings here have a route for. */
export interface PlannedRoute {
  task: string;
  route: string;
  queue: string;
  /** Jobs of it that are available; 10,000 for as many or more. */
  waitingCount: number;
}

const SERVED = `
  select t.name as task, coalesce(r.routes ->> t.name, 'postgres') as route,
         count(distinct r.process)::integer as "workerCount"
  from howdah.tasks t
  join howdah.runners r on r.queue = t.queue and t.name = any (r.tasks) and howdah.is_alive(r) and not r.is_leaving
  group by 1, 2
  order by 1, 2`;

const WAITING = 'select howdah.count_waiting(array[$1::text]) as count';

/**
 * Whether every task that does not run here has somebody who hands its jobs over, and all to the same place: that of these
 * settings, where there is an application. What keeps a broker from taking them is for `checkBrokers`.
 */
export async function checkRoutes(
  session: Session,
  planned: ReadonlyMap<string, Omit<PlannedRoute, 'task' | 'waitingCount'>>,
): Promise<Finding[]> {
  const { rows: served } = await session.query<ServedRoute>(SERVED);
  const counted: PlannedRoute[] = [];
  for (const [task, plan] of planned) {
    const { rows } = await session.query<{ count: number }>(WAITING, [task]);
    counted.push({ task, ...plan, waitingCount: rows[0]?.count ?? 0 });
  }
  return judgeRoutes(counted, served);
}

/** The routes of these settings; or what is wrong with them, for which no worker starts. */
export function readRoutes(
  loaded: LoadedApp,
  config: Config,
): { planned: Map<string, Omit<PlannedRoute, 'task' | 'waitingCount'>>; findings: Finding[] } {
  try {
    const { routes } = planRelay(loaded, config);
    const planned = [...routes].map(([task, route]) => {
      const queue = loaded.tasks.get(task)?.definition.queue ?? '';
      return [task, { queue, route: describeRoute(route) }] as const;
    });
    return { planned: new Map(planned), findings: [] };
  } catch (mistake) {
    if (!(mistake instanceof ConfigError)) throw mistake;
    const findings = [error(mistake.message, 'correct the routes and sources; no worker starts before that')];
    return { planned: new Map(), findings };
  }
}

export function judgeRoutes(planned: readonly PlannedRoute[], served: readonly ServedRoute[]): Finding[] {
  const byTask = Map.groupBy(served, ({ task }) => task);
  const here = planned.map((plan) => judgePlanned(plan, byTask.get(plan.task) ?? []));
  const elsewhere = [...byTask]
    .filter(([task]) => planned.every((plan) => plan.task !== task))
    .filter(([, routes]) => routes.some(({ route }) => route !== 'postgres'))
    .map(([task, routes]) => judgeServed(task, routes));
  return [...here, ...elsewhere];
}

function judgePlanned(plan: PlannedRoute, served: readonly ServedRoute[]): Finding {
  const { task, route, queue, waitingCount } = plan;
  if (served.length === 0) {
    const nobody = `task "${task}" goes to ${route}, and no running worker takes it there`;
    const advice = `start a worker with "${queue}" in QUEUES and these routes`;
    return waitingCount > 0
      ? error(`${nobody}, with ${countJobs(waitingCount)} waiting`, advice)
      : warning(nobody, advice);
  }
  if (served.some((each) => each.route === route)) return judgeServed(task, served);
  return warning(
    `task "${task}" goes to ${route} by these settings, and no running worker takes it there: it goes ${tellServed(served)}`,
    'run doctor with the environment of the workers, or start them anew with these routes',
  );
}

function judgeServed(task: string, served: readonly ServedRoute[]): Finding {
  const told = `task "${task}" goes ${tellServed(served)}`;
  if (served.length === 1) return ok(told);
  return warning(told, 'finish the deployment, or give all workers of its queue the same routes');
}

function tellServed(served: readonly ServedRoute[]): string {
  return served
    .map(({ route, workerCount }) => {
      const by = workerCount === 1 ? 'by 1 worker' : `by ${workerCount} workers`;
      return route === 'postgres' ? `to a handler ${by}` : `to ${route} ${by}`;
    })
    .join(' and ');
}
