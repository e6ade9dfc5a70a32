import type pg from 'pg';
import type { QueueName } from './staged-runner.ts';

/** Microseconds since 1970, as Postgres keeps instants; Infinity for a parked job. */
export type Micros = number;

export interface LiveRow {
  id: string;
  queue: QueueName;
  task: string;
  attempts: number;
  maxAttempts: number;
  priority: number;
  runAt: Micros;
  owner: string | null;
  lastError: string | null;
  key: string | null;
  deaths: number;
  sequence: string | null;
  unique: string | null;
  /** The first of the enqueues that put it off. */
  debouncedSince: Micros | null;
}

export interface FinishedRow {
  id: string;
  queue: QueueName;
  state: string;
  attempts: number;
  maxAttempts: number;
  worker: string | null;
  lastError: string | null;
  key: string | null;
}

/** All that the database knows of jobs, at one instant. */
export interface Snapshot {
  /** The database's clock, read in the same statement. */
  clock: Micros;
  live: LiveRow[];
  finished: FinishedRow[];
  /** Decisions about the failed attempts of a job, in order. */
  errors: Record<string, string[]>;
  /** Running jobs that were cancelled, with the reason. */
  cancelled: Record<string, string | null>;
  uniqueLocks: { jobId: string; queue: QueueName; hash: string; isExpired: boolean }[];
  sequenceJobs: { jobId: string; sequence: string; isParked: boolean; wantedAt: Micros | null }[];
  sequences: string[];
  wakeups: string[];
  /** Token of the runner that recorded the start of a job. */
  starts: Record<string, string>;
  paused: QueueName[];
}

const MICROS = (at: string) =>
  `case when isfinite(${at}) then (extract(epoch from ${at}) * 1000000)::bigint end`;

const LIVE = (queue: string, schema: string) => `
  select j.id::text, '${queue}' as queue, t.identifier as task, j.attempts, j.max_attempts as "maxAttempts", j.priority,
         coalesce(${MICROS('j.run_at')}, -1) as "runAt", j.locked_by as owner, j.last_error as "lastError",
         howdah.key_of(j.key, t.identifier) as key,
         ${MICROS(`(j.flags #>> '{howdah,debounced_since}')::timestamptz`)} as "debouncedSince",
         coalesce((j.flags ->> 'howdah_deaths')::integer, 0) as deaths, j.flags #>> '{howdah,sequence}' as sequence,
         j.flags #>> '{howdah,unique}' as "unique"
  from ${schema}._private_jobs j join ${schema}._private_tasks t on t.id = j.task_id`;

const list = (select: string, order: string) =>
  `(select coalesce(json_agg(r order by ${order}), '[]') from (${select}) r)`;
const map = (key: string, value: string, from: string) =>
  `(select coalesce(json_object_agg(${key}, ${value}), '{}') from ${from})`;

const SNAPSHOT = `select json_build_object(
  'clock', (extract(epoch from clock_timestamp()) * 1000000)::bigint,
  'live', ${list(`${LIVE('default', 'graphile_worker')} union all ${LIVE('critical', 'graphile_worker_critical')}`, 'id::bigint')},
  'finished', ${list(
    `select id::text, queue, state, attempt as attempts, max_attempts as "maxAttempts", worker,
                             last_error as "lastError", key from howdah.job_history`,
    'id::bigint',
  )},
  'errors', ${map('job_id', 'decisions', '(select job_id, json_agg(decision order by failed_at) as decisions from howdah.job_errors group by job_id) e')},
  'cancelled', ${map('job_id', 'reason', `howdah.job_outcomes`)},
  'uniqueLocks', ${list(
    `select job_id::text as "jobId", queue, encode(hash, 'hex') as hash,
                                coalesce(expires_at <= clock_timestamp(), false) as "isExpired" from howdah.unique_locks`,
    'hash',
  )},
  'sequenceJobs', ${list(
    `select job_id::text as "jobId", sequence, is_parked as "isParked",
                                 ${MICROS('run_at')} as "wantedAt" from howdah.sequence_jobs`,
    '"jobId"::bigint',
  )},
  'sequences', (select coalesce(json_agg(name order by name), '[]') from howdah.sequences),
  'wakeups', (select coalesce(json_agg(sequence), '[]') from howdah.sequence_wakeups),
  'starts', ${map('job_id', 'token', 'howdah.job_starts')},
  'paused', (select coalesce(json_agg(queue order by queue), '[]') from howdah.queue_settings where paused_at is not null)
) as snapshot`;

export async function takeSnapshot(client: pg.Client): Promise<Snapshot> {
  const { rows } = await client.query<{ snapshot: Snapshot }>({ name: 'snapshot', text: SNAPSHOT });
  const [row] = rows;
  if (!row) throw new Error('a select without a from returned no row');
  for (const job of row.snapshot.live) if (job.runAt === -1) job.runAt = Number.POSITIVE_INFINITY;
  return row.snapshot;
}
