import { parseExactly } from '../../db/exact-json.ts';
import { queryRows, type SqlClient } from '../../db/sql-client.ts';
import type { EndedRun, ExtendedLease, LeasedJob, LeaseRequest, LeaseState, TakenJobs } from './lease.ts';

const TAKE =
  'select t.state, t.jobs::text as jobs from howdah.take_jobs($1::uuid, $2::integer, $3::text[]) t';

const OPEN_AND_TAKE = `
  select t.state, t.jobs::text as jobs
  from (select howdah.open_lease($1::text, $2::text[], $3::integer, $4::integer, $5::text) as token offset 0) opened
  cross join lateral howdah.take_jobs(opened.token, $3::integer, '{}') t`;

const EXTEND =
  'select state, to_json(cancelled) as cancelled, to_json(lost) as lost from howdah.extend_lease($1::uuid, $2::text[])';

const END = `
  select e.state, e.is_repeat as "isRepeat", e.worker, e.task, e.queue, e.attempt, e.max_attempts as "maxAttempts",
         (extract(epoch from clock_timestamp() - e.started_at) * 1000)::float8 as "durationMs"
  from howdah.end_leased_run($1::uuid, $2::text, $3::text, $4::jsonb) e`;

const PROGRESS =
  'select howdah.report_leased_progress($1::uuid, $2::text, $3::real, $4::text) as "isCancelled"';

interface TakenRow {
  state: LeaseState;
  jobs: string;
}

/**
 * A lease, and the jobs there are for it now. One statement, as all of these are; what the database refuses is thrown as it says
 * it: HWTSK, HWQUE, HWOPT, HWLIM.
 */
export async function openLease(client: SqlClient, request: LeaseRequest): Promise<TakenJobs> {
  const { worker, tasks, maxJobs, leaseMs, queue } = request;
  return toTaken(await queryRows<TakenRow>(client, OPEN_AND_TAKE, [worker, tasks, maxJobs, leaseMs, queue]));
}

/** Up to so many more. @param runs those that the worker has under way. @throws HWLEA when the lease is over */
export async function takeJobs(
  client: SqlClient,
  lease: string,
  { maxJobs, runs }: { maxJobs: number; runs: readonly string[] },
): Promise<TakenJobs> {
  return toTaken(await queryRows<TakenRow>(client, TAKE, [lease, maxJobs, runs]));
}

/** The lease lives on. @param runs those that the worker has under way. @throws HWLEA when the lease is over */
export async function extendLease(
  client: SqlClient,
  lease: string,
  runs: readonly string[],
): Promise<ExtendedLease> {
  const [row] = await queryRows<ExtendedLease>(client, EXTEND, [lease, runs]);
  return onlyRow(row);
}

/** How a run ended: as a failure says, or without one completed. */
export interface RunEnd {
  /** A verdict as `leasedVerdict` writes it. */
  failure?: string | undefined;
  /** JSON. */
  result?: string | undefined;
}

/** @throws HWLEA when the lease is over, HWLST when the run is not the lease's any more; then nothing was changed */
export async function endLeasedRun(
  client: SqlClient,
  { lease, run }: { lease: string; run: string },
  { failure, result }: RunEnd,
): Promise<EndedRun> {
  const [row] = await queryRows<Omit<EndedRun, 'jobId'>>(client, END, [lease, run, failure, result]);
  const ended = onlyRow(row);
  const durationMs = ended.isRepeat ? null : ended.durationMs;
  return { ...ended, durationMs, jobId: run.slice(0, run.indexOf('-')) };
}

/** How far a run is. @returns whether its job is cancelled. @throws HWLEA, HWLST as above */
export async function reportLeasedProgress(
  client: SqlClient,
  { lease, run }: { lease: string; run: string },
  { percent, message }: { percent: number; message?: string | undefined },
): Promise<boolean> {
  const [row] = await queryRows<{ isCancelled: boolean }>(client, PROGRESS, [
    lease,
    run,
    Math.fround(percent), // as Postgres keeps it, which refuses what is nearer to 0 than that
    message,
  ]);
  return onlyRow(row).isCancelled;
}

function toTaken([row]: TakenRow[]): TakenJobs {
  const { state, jobs } = onlyRow(row);
  return { lease: state, jobs: parseExactly(jobs) as LeasedJob[] };
}

function onlyRow<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new Error('a function of the database returned no row');
  return row;
}
