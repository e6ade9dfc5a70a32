import type { Session } from '../../db/connections/session.ts';
import { describeDuration } from '../terminal/describe-time.ts';
import { error, type Finding, ok, warning } from './finding.ts';

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

/** Whoever enqueues into a sequence locks a row there until the end of the transaction, and nothing else does. */
const ENQUEUERS = `
  select a.pid, a.application_name as name, a.usename as role, a.state, 'howdah.sequences' as "table",
         extract(epoch from now() - a.xact_start)::float8 as "ageSeconds"
  from pg_locks l
  join pg_stat_activity a on a.pid = l.pid
  where l.granted and l.mode in ('RowShareLock', 'RowExclusiveLock') and l.relation = to_regclass('howdah.sequences')
    and l.database = (select oid from pg_database where datname = current_database()) and l.pid <> pg_backend_pid()
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

/**
 * Whether somebody holds a whole table locked: enqueues, fetches and the checks below wait for that. And whether a
 * transaction that enqueued into a sequence stays open: the jobs of that sequence wait.
 */
export async function checkLocks(session: Session): Promise<Finding[]> {
  const { rows: holders } = await session.query<LockHolder>(HOLDERS);
  const { rows: enqueuers } = await session.query<LockHolder>(ENQUEUERS);
  return [...judgeLocks(holders), ...judgeEnqueuers(enqueuers)];
}

export function judgeLocks(holders: readonly LockHolder[]): Finding[] {
  const long = holders.filter(isLong);
  return long.length === 0 ? [ok('locks on whole tables: none')] : long.map(report);
}

export function judgeEnqueuers(holders: readonly LockHolder[]): Finding[] {
  return holders
    .filter((holder) => holder.ageSeconds !== null && isLong(holder))
    .map((holder) =>
      warning(`a sequence has been held${since(holder)} (${who(holder)}): its jobs wait`, remedy(holder)),
    );
}

function isLong({ ageSeconds }: LockHolder): boolean {
  return ageSeconds === null || ageSeconds > LONG_SECONDS;
}

function report(holder: LockHolder): Finding {
  return error(
    `${holder.table} has been locked${since(holder)} (${who(holder)}): the queue waits`,
    remedy(holder),
  );
}

function who({ pid, name, role, state }: LockHolder): string {
  return [name || 'no name', role && `role ${role}`, `pid ${pid}`, state].filter(Boolean).join(', ');
}

function since({ ageSeconds }: LockHolder): string {
  return ageSeconds === null ? '' : ` for ${describeDuration(ageSeconds * 1000)}`;
}

function remedy({ pid }: LockHolder): string {
  return `have its program end the transaction, or select pg_terminate_backend(${pid})`;
}
