import type { TestQueue } from './test-queue.ts';

/** Whoever holds the jobs that `putJob` made running; no runner, so nobody rescues them. */
const HOLDER = 'pool-of-the-test';

const TABLE = 'graphile_worker._private_jobs';

export const STATES = [
  'scheduled',
  'available',
  'retryable',
  'running',
  'completed',
  'discarded',
  'cancelled',
] as const;
export type JobState = (typeof STATES)[number];

export const WAITING: readonly JobState[] = ['scheduled', 'available', 'retryable'];
export const FINISHED: readonly JobState[] = ['completed', 'discarded', 'cancelled'];

/** A job of the queue `default` in that state, brought there by the engine's own statements; its id. */
export async function putJob(queue: TestQueue, state: JobState, task = 'works'): Promise<string> {
  const delay = state === 'scheduled' ? '1 hour' : null;
  const id = await scalar(
    queue,
    'select howdah.enqueue($1, payload => $2, delay => $3::interval, max_retries => 3)',
    [task, '{"who": "ada"}', delay],
  );
  if (state === 'scheduled' || state === 'available') return id;
  if (state === 'cancelled') {
    await queue.pool.query('select howdah.cancel_job($1)', [id]);
    return id;
  }
  await fetchJob(queue, id);
  if (state === 'completed') await completeJob(queue, id);
  if (state === 'retryable') await failJob(queue, id, 'retry');
  if (state === 'discarded') await failJob(queue, id, 'discard');
  return id;
}

/** As the engine's fetch does it. */
export async function fetchJob(queue: Pick<TestQueue, 'pool'>, id: string): Promise<void> {
  await queue.pool.query(
    `update ${TABLE} set attempts = attempts + 1, locked_by = $2, locked_at = now()
     where id = $1 and locked_at is null`,
    [id, HOLDER],
  );
}

export const COMPLETE = `delete from ${TABLE} where id = $1`;

/** As the engine's completion does it. */
export async function completeJob(queue: Pick<TestQueue, 'pool'>, id: string): Promise<void> {
  await queue.pool.query(COMPLETE, [id]);
}

/** As the engine's failure does it, `message` being an error's or a verdict. */
export const FAIL = `update ${TABLE}
  set last_error = $2, run_at = greatest(now(), run_at) + interval '1 second', locked_by = null, locked_at = null
  where id = $1 and locked_at is not null`;

/** The engine's failure with a Howdah worker's verdict of that kind. */
export async function failJob(queue: Pick<TestQueue, 'pool'>, id: string, kind: string): Promise<void> {
  await queue.pool.query(FAIL, [id, verdict(kind)]);
}

export function verdict(kind: string): string {
  return `howdah-verdict:${JSON.stringify({ kind, delayMs: 60_000, name: 'Error', message: 'no luck' })}`;
}

/** The engine's way to hand a prefetched job back. */
export const GIVE_BACK = `update ${TABLE}
  set attempts = greatest(0, attempts - 1), locked_by = null, locked_at = null where id = $1`;

/** The first column of the first row. */
export async function scalar<T = string>(
  { pool }: Pick<TestQueue, 'pool'>,
  text: string,
  values: unknown[] = [],
): Promise<T> {
  const { rows } = await pool.query({ text, values, rowMode: 'array' });
  return (rows as unknown as T[][])[0]?.[0] as T;
}
