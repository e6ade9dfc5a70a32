import type { Pool } from 'pg';
import { parseExactly } from '../db/exact-json.ts';
import { queueSchema } from '../db/schema/queue-schema.ts';

/** Jobs of these queues and tasks. */
export interface Scope {
  readonly queues: readonly string[];
  readonly tasks: readonly string[];
}

/** Whose turn it is. */
export interface NextJob {
  readonly id: string;
  readonly queue: string;
  /** When it may run, in milliseconds since the epoch. */
  readonly atMs: number;
  /** How long until then; 0 or less when it may now. */
  readonly inMs: number;
}

/** A job as its latest run left it. */
export interface LeftJob {
  readonly isRunning: boolean;
  readonly payload: unknown;
  readonly result: unknown;
}

/**
 * The job that runs next: of those whose time has come the first by priority, time and id; else the one whose time comes
 * first. Undefined when none waits but behind others or in a paused queue.
 */
export async function findNextJob(pool: Pool, { queues, tasks }: Scope): Promise<NextJob | undefined> {
  const { rows } = await pool.query<NextJob>(
    `select j.id::text as id, j.queue, (extract(epoch from j.run_at) * 1000)::float8 as "atMs",
            (extract(epoch from j.run_at - clock_timestamp()) * 1000)::float8 as "inMs"
     from howdah.jobs j
     where j.queue = any ($1) and j.task = any ($2) and j.state in ('available', 'scheduled', 'retryable')
       and j.run_at is not null
       and not exists (select from howdah.queue_settings s where s.queue = j.queue and s.paused_at is not null)
     order by j.run_at > clock_timestamp(), case when j.run_at <= clock_timestamp() then j.priority end, j.run_at, j.id
     limit 1`,
    [queues, tasks],
  );
  return rows[0];
}

/** Whether a worker has taken one of the jobs. */
export async function isAnyTaken(pool: Pool, { queues, tasks }: Scope): Promise<boolean> {
  const { rows } = await pool.query(
    `select from howdah.jobs j where j.queue = any ($1) and j.task = any ($2) and j.state = 'running' limit 1`,
    [queues, tasks],
  );
  return rows.length > 0;
}

/** Undefined when it is gone. */
export async function readLeftJob(pool: Pool, id: string): Promise<LeftJob | undefined> {
  const { rows } = await pool.query<{ isRunning: boolean; payload: string | null; result: string | null }>(
    `select j.state = 'running' as "isRunning", j.payload::text as payload, j.result::text as result
     from howdah.jobs j where j.id = $1::bigint`,
    [id],
  );
  return rows.map(({ isRunning, payload, result }) => {
    return { isRunning, payload: toValue(payload), result: toValue(result) };
  })[0];
}

function toValue(json: string | null): unknown {
  return json === null ? null : parseExactly(json);
}

/** Has the workers look for jobs. */
export async function wakeWorkers(pool: Pool): Promise<void> {
  await pool.query('select howdah.announce_jobs(1)');
}

/**
 * Has the time and the deadline of every job that waits in these queues come so much earlier, as if the clock had been put
 * forward: what they are to each other stays.
 *
 * @param ms a whole number of milliseconds, 0 or more
 */
export async function putForward(pool: Pool, queues: readonly string[], ms: number): Promise<void> {
  for (const schema of queues.map(queueSchema)) {
    await pool.query(
      `update ${schema}._private_jobs j
       set run_at = j.run_at - make_interval(secs => $1 / 1000.0),
           flags = case when isfinite((j.flags #>> '{howdah,deadline}')::timestamptz)
                     then jsonb_set(j.flags, '{howdah,deadline}', to_jsonb(
                            (j.flags #>> '{howdah,deadline}')::timestamptz - make_interval(secs => $1 / 1000.0)))
                     else j.flags end
       where j.locked_at is null`,
      [ms],
    );
  }
  await pool.query(
    `update howdah.sequence_jobs s set run_at = s.run_at - make_interval(secs => $1 / 1000.0)
     where s.is_parked and s.queue = any ($2)`,
    [ms, queues],
  );
}
