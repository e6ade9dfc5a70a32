import type { Session } from '../../db/session.ts';
import { describeDuration } from '../describe-time.ts';
import { error, type Finding, ok } from './finding.ts';

/** Shorter ones are migrations, and ours give way to others. */
const LONG_SECONDS = 5;

/** Who keeps writers, or everybody, from Howdah's tables; how long is unknown to roles that may not see it. */
const HOLDERS = `
  select a.pid, a.application_name as name, a.usename as role, a.state, min(l.relation::regclass::text) as "table",
         extract(epoch from now() - a.xact_start)::float8 as "ageSeconds"
  from pg_locks l
  join pg_stat_activity a on a.pid = l.pid
  join pg_class c on c.oid = l.relation
  join pg_namespace n on n.oid = c.relnamespace
  where l.granted and l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
    and l.database = (select oid from pg_database where datname = current_database())
    and (n.nspname in ('howdah', 'graphile_worker') or n.nspname like 'graphile\\_worker\\_%')
    and c.relkind in ('r', 'p') and l.pid <> pg_backend_pid()
  group by a.pid, a.application_name, a.usename, a.state, a.xact_start
  order by a.xact_start`;

/** A session that holds such a lock. */
export interface LockHolder {
  pid: number;
  name: string | null;
  role: string | null;
  state: string | null;
  table: string;
  ageSeconds: number | null;
}

/** Whether somebody holds a whole table locked: enqueues, fetches and the checks below wait for that. */
export async function checkLocks(session: Session): Promise<Finding[]> {
  const { rows } = await session.query<LockHolder>(HOLDERS);
  return judgeLocks(rows);
}

export function judgeLocks(holders: readonly LockHolder[]): Finding[] {
  const long = holders.filter(({ ageSeconds }) => ageSeconds === null || ageSeconds > LONG_SECONDS);
  return long.length === 0 ? [ok('locks on whole tables: none')] : long.map(report);
}

function report({ pid, name, role, state, table, ageSeconds }: LockHolder): Finding {
  const who = [name || 'no name', role && `role ${role}`, `pid ${pid}`, state].filter(Boolean).join(', ');
  const since = ageSeconds === null ? '' : ` for ${describeDuration(ageSeconds * 1000)}`;
  return error(
    `${table} has been locked${since} (${who}): the queue waits`,
    `have its program end the transaction, or select pg_terminate_backend(${pid})`,
  );
}
