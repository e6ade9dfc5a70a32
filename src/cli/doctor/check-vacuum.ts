import type { Session } from '../../db/connections/session.ts';
import { type QueueStats, readQueueStats } from '../../look/queue-stats.ts';
import { readVacuumHolders, type VacuumHolder } from '../../look/vacuum-holders.ts';
import { describeDuration } from '../terminal/describe-time.ts';
import { type Finding, ok, warning } from './finding.ts';

/** As the alerts have it: docs/prometheus-alerts.yml. */
const MANY_DEAD_ROWS = 100_000;
const LONG_TRANSACTION_SECONDS = 600;
/** Of a slot and a standby, which tell no time. */
const FAR_BEHIND_TRANSACTIONS = 1_000_000;

const CONSEQUENCE = 'it keeps vacuum from the job tables';
const ON_THE_STANDBY =
  'end the long query on that standby, or set hot_standby_feedback = off there, which may cancel its queries';

const SETTINGS = `
  select current_setting('autovacuum') = 'on' as "isOn", pg_has_role('pg_read_all_stats', 'usage') as "seesAll"`;

/** Whether vacuum keeps the job tables small: dead rows slow down every fetch. */
export async function checkVacuum(session: Session): Promise<Finding[]> {
  const { rows } = await session.query<{ isOn: boolean; seesAll: boolean }>(SETTINGS);
  const { isOn = true, seesAll = true } = rows[0] ?? {};
  return [
    ...(isOn
      ? []
      : [warning('autovacuum is off', 'set autovacuum = on: dead jobs pile up and slow every fetch')]),
    ...judgeBloat(await readQueueStats(session)),
    ...judgeHolders(await readVacuumHolders(session)),
    ...(seesAll ? [] : [blindness()]),
  ];
}

export function judgeBloat(queues: readonly QueueStats[]): Finding[] {
  const bloated = queues.filter((stats) => {
    const { deadTupleCount, availableCount, scheduledCount, retryableCount, runningCount } = stats;
    const liveCount = availableCount + scheduledCount + retryableCount + runningCount;
    return deadTupleCount > MANY_DEAD_ROWS && deadTupleCount > liveCount;
  });
  return bloated.length > 0 ? bloated.map(reportBloat) : [ok('dead rows of the job tables')];
}

export function judgeHolders(holders: readonly VacuumHolder[]): Finding[] {
  const late = holders.filter(({ ageSeconds, ageTransactions }) =>
    ageSeconds === null ? ageTransactions > FAR_BEHIND_TRANSACTIONS : ageSeconds > LONG_TRANSACTION_SECONDS,
  );
  return late.length > 0
    ? late.map(reportHolder)
    : [ok('long transactions, replication slots and standbys far behind: none')];
}

function reportBloat({ queue, deadTupleCount, tableBytes }: QueueStats): Finding {
  const size = `${Math.round(tableBytes / 1_048_576)} MiB`;
  return warning(
    `the job table of queue "${queue}" has ${deadTupleCount} dead rows, more than jobs (${size})`,
    'end what holds vacuum back, if anything is named below; vacuum the table; give autovacuum more to work with',
  );
}

function reportHolder(holder: VacuumHolder): Finding {
  if (holder.kind === 'slot') return reportSlot(holder);
  return holder.kind === 'standby' ? reportStandby(holder) : reportTransaction(holder);
}

function reportSlot({ name, pid, ageTransactions }: VacuumHolder): Finding {
  const what = `the replication slot "${name}" (${pid === null ? 'nobody reads it' : `read by pid ${pid}`}) is ${ageTransactions} transactions behind: ${CONSEQUENCE}`;
  if (pid !== null) return warning(what, ON_THE_STANDBY);
  return warning(
    what,
    `start its standby again, or, if that is gone for good, select pg_drop_replication_slot('${name}')`,
  );
}

function reportStandby({ name, role, pid, ageTransactions }: VacuumHolder): Finding {
  const who = [name || 'no name', role && `role ${role}`, pid && `pid ${pid}`].filter(Boolean).join(', ');
  return warning(
    `a query on a standby (${who}) is ${ageTransactions} transactions behind: ${CONSEQUENCE}`,
    ON_THE_STANDBY,
  );
}

function reportTransaction({ kind, pid, name, role, state, ageSeconds }: VacuumHolder): Finding {
  const age = describeDuration((ageSeconds ?? 0) * 1000);
  const who = [name || 'no name', role && `role ${role}`, pid && `pid ${pid}`, state]
    .filter(Boolean)
    .join(', ');
  const end = kind === 'prepared' ? `rollback prepared '${name}'` : `select pg_terminate_backend(${pid})`;
  return warning(
    `a ${kind === 'prepared' ? 'prepared transaction' : 'transaction'} has been open for ${age} (${who}): ${CONSEQUENCE}`,
    `have its program end it, or ${end}`,
  );
}

function blindness(): Finding {
  return warning(
    'this role does not see the transactions of others',
    'grant pg_read_all_stats to it, so that those which hold vacuum back are found',
  );
}
