import type { Config } from '../../config.ts';
import type { Session } from '../../db/session.ts';
import { error, type Finding, ok, warning } from './finding.ts';

/** Business code and API; heartbeat and rescue; liveness: docs/architecture.md, "Connections". */
const PER_PROCESS = 20 + 3 + 1;
const PER_QUEUE = 3;

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

/** Most that one process with these queues opens. */
export function connectionsOf({ queues }: Pick<Config, 'queues'>): number {
  return queues.reduce((sum, { concurrency }) => sum + concurrency + PER_QUEUE, PER_PROCESS);
}

export function judgeConnections({ usable, used, role, database }: Limits, needed: number): Finding {
  const most = Math.min(usable, role ?? usable, database ?? usable);
  const limit =
    most === usable ? 'max_connections' : most === role ? "the role's limit" : "the database's limit";
  const need = `a worker process with these QUEUES opens up to ${needed} connections`;
  const have = `the server allows ${most} (${limit}), ${used} are in use`;
  if (needed > most) return error(`${need}; ${have}`, `raise ${limit}, or lower the concurrency in QUEUES`);
  if (used > most * TIGHT) {
    return warning(`${have}; ${need}`, `raise ${limit} before another process starts`);
  }
  return ok(`connections: ${need}; ${have}`);
}
