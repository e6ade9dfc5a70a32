import type { Config } from '../../config.ts';
import type { Session } from '../../db/connections/session.ts';
import { POOL_SIZES } from '../../start/database/application-database.ts';
import { error, type Finding, ok, warning } from './finding.ts';

/** docs/architecture.md, "Connections", has what each is for. */
const HEARTBEAT_AND_RESCUE = 3;
const LIVENESS = 1;
const SCHEDULES = 1;
const UPKEEP = 1;
const BESIDE_SLOTS = 3;
/** Tells the database of tasks and schedules, and goes after seconds. */
const START_OF_API = 1;

/** Above this share of what the server has, one more worker process would be one too many. */
const TIGHT = 0.8;

interface Limits {
  /** Connections that roles like this one can have. */
  usable: number;
  used: number;
  /** Limits of the role and of the database; null for none. */
  role: number | null;
  database: number | null;
}

const SELECT = `
  select current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
           - coalesce(current_setting('reserved_connections', true)::integer, 0) as usable,
         (select count(*)::integer from pg_stat_activity
          where backend_type = 'client backend' and pid <> pg_backend_pid()) as used,
         (select nullif(rolconnlimit, -1) from pg_roles where rolname = current_user) as role,
         (select nullif(datconnlimit, -1) from pg_database where datname = current_database()) as database`;

/** Whether the server has the connections that the configured concurrency needs. */
export async function checkConnections(session: Session, config: Config): Promise<Finding> {
  const { rows } = await session.query<Limits>(SELECT);
  return rows[0] ? judgeConnections(rows[0], connectionsOf(config)) : ok('connections');
}

/** Most that one process opens, by what was started. */
export type Needs = Readonly<Record<'api' | 'worker' | 'all', number>>;

export function connectionsOf({ queues }: Pick<Config, 'queues'>): Needs {
  const runners = queues.reduce((sum, { concurrency }) => sum + concurrency + BESIDE_SLOTS, 0);
  const { tasks, requests, checks } = POOL_SIZES;
  const worker = tasks + checks + runners + HEARTBEAT_AND_RESCUE + LIVENESS + SCHEDULES + UPKEEP;
  return { api: requests + checks + START_OF_API, worker, all: worker + requests };
}

export function judgeConnections({ usable, used, role, database }: Limits, needs: Needs): Finding {
  const most = Math.min(usable, role ?? usable, database ?? usable);
  const limit =
    most === usable ? 'max_connections' : most === role ? "the role's limit" : "the database's limit";
  const need = `with these QUEUES a worker opens up to ${needs.worker} connections, an API ${needs.api}, npx howdah start ${needs.all}`;
  const have = `the server allows ${most} (${limit}), ${used} are in use`;
  if (needs.worker > most) {
    return error(`${need}; ${have}`, `raise ${limit}, or lower the concurrency in QUEUES`);
  }
  if (needs.all > most) {
    const advice = `raise ${limit}, or lower the concurrency in QUEUES, before an API and a worker share it`;
    return warning(`${need}; ${have}`, advice);
  }
  if (used > most * TIGHT) {
    return warning(`${have}; ${need}`, `raise ${limit} before another process starts`);
  }
  return ok(`connections: ${need}; ${have}`);
}
