import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type pg from 'pg';
import { type OpenJobs, openJobs } from '../look/open-jobs.ts';
import { waitFor } from '../support/wait-for.ts';

let jobs: OpenJobs;
let pool: pg.Pool;
let minute: string; // the present one, the one before as long as that is not counted yet
let late: pg.PoolClient; // with a transaction that ends when a test says so

beforeEach(async () => {
  jobs = await openJobs();
  pool = jobs.pool;
  late = await pool.connect();
  const { rows } = await pool.query(
    `select date_trunc('minute', now() - interval '4 seconds')::text as minute`,
  );
  minute = rows[0].minute;
});
afterEach(async () => {
  late.release(true);
  await jobs.drop();
});

/** SQL for an instant in a minute that is over, so many minutes ago. */
const ago = (minutes: number, seconds = 30) =>
  `timestamptz '${minute}' - interval '${minutes} minutes' + interval '${seconds} seconds'`;

async function finish(count: number, at: string, columns: Record<string, string> = {}): Promise<void> {
  await jobs.addFinished(count, {
    task: `'t'`,
    created_at: `${at} - interval '3 seconds'`,
    run_at: `${at} - interval '3 seconds'`,
    started_at: `${at} - interval '1 second'`,
    finished_at: at,
    ...columns,
  });
}

async function fail(client: pg.Pool | pg.PoolClient, at: string, task = 't'): Promise<void> {
  await client.query(
    `insert into howdah.job_errors (job_id, attempt, queue, task, name, message, decision, failed_at)
     values (1, 1, 'default', $1, 'Error', 'm', 'retry', ${at})`,
    [task],
  );
}

interface Kept {
  count: number;
  is_rest: boolean;
}

async function keep(): Promise<Kept> {
  return (await pool.query<Kept>('select * from howdah.keep_charts()')).rows[0] as Kept;
}

async function keepAll(): Promise<number> {
  let calls = 1;
  while ((await keep()).is_rest) calls += 1;
  await keep(); // settles what the last one counted
  return calls;
}

/** A minute is settled when no transaction of its time is left on the whole server, those of other databases included. */
async function keepUntilSettled(at: string): Promise<void> {
  await waitFor(
    'the minute to be settled',
    async () => {
      await keepAll();
      const { rowCount } = await pool.query(`select from howdah.chart_unsettled where minute <= ${at}`);
      return rowCount === 0;
    },
    60_000,
  );
}

/** What minutes hold, the oldest first. */
async function minutes(step = '1 minute'): Promise<Record<string, unknown>[]> {
  const { rows } = await pool.query(
    `select queue, task, completed, failed, discarded, cancelled from howdah.task_charts
     where step = $1::interval order by at, queue, task`,
    [step],
  );
  return rows;
}

const row = (changes: Record<string, unknown>) => ({
  queue: 'default',
  task: 't',
  completed: 0,
  failed: 0,
  discarded: 0,
  cancelled: 0,
  ...changes,
});

const completedIn = async (step = '1 minute') => (await minutes(step)).map(({ completed }) => completed);

/** As if the clock had been so much less when it was called before. */
async function pass(interval: string): Promise<void> {
  await pool.query(
    `with t as (update howdah.chart_tasks set at = at - $1::interval), q as (update howdah.chart_queues set at = at - $1::interval),
          u as (update howdah.chart_unsettled set minute = minute - $1::interval),
          h as (update howdah.job_history set finished_at = finished_at - $1::interval)
     update howdah.chart_progress set counted_until = counted_until - $1::interval, rolled_until = rolled_until - $1::interval,
                                      sampled_at = sampled_at - $1::interval`,
    [interval],
  );
}

describe('history for charts', () => {
  test('has what ended and failed in each minute that is over, by queue and task', async () => {
    await finish(3, ago(2));
    await finish(2, ago(2), { queue: `'critical'` });
    await finish(1, ago(2), { state: `'discarded'` });
    await finish(1, ago(1, 0), { state: `'cancelled'`, started_at: 'null', task: `'u'` });
    await fail(pool, ago(1));
    await finish(1, 'now()');
    await keepAll();
    assert.deepEqual(await minutes(), [
      row({ queue: 'critical', completed: 2 }),
      row({ completed: 3, discarded: 1 }),
      row({ failed: 1 }),
      row({ task: 'u', cancelled: 1 }),
    ]);
  });

  test('knows how long runs waited and took, within 9.1 %', async () => {
    await finish(50, ago(2), {
      started_at: `${ago(2)} - n * interval '10 ms'`,
      run_at: `${ago(2)} - n * interval '10 ms' - interval '20 seconds'`,
      created_at: `${ago(2)} - interval '1 hour'`,
    });
    await keepAll();
    const { rows } = await pool.query(
      `select howdah.duration_quantile(waits, 0.5) as wait, howdah.duration_quantile(runs, 0.5) as p50,
              howdah.duration_quantile(runs, 0.95) as p95, (select sum(n)::integer from unnest(runs) n) as count
       from howdah.task_charts`,
    );
    const [{ wait, p50, p95, count }] = rows;
    assert.equal(count, 50);
    for (const [told, truth] of [
      [wait, 20_000],
      [p50, 250],
      [p95, 480],
    ] as const) {
      // biome-ignore format: pairs
      assert.ok(Math.abs(told / truth - 1) < 0.091, `${told} for ${truth}`);
    }
  });

  test('a bucket is the one that its head names, and its middle is within the error told there', async () => {
    const { rows } = await pool.query<{ ms: number; bucket: number; told: number }>(
      `select ms, greatest(0, ceil(round((4 * log(2, ms::numeric)), 12)))::integer as bucket,
              howdah.duration_quantile(howdah.duration_histogram(array[greatest(0, ceil(round((4 * log(2, ms::numeric)), 12)))::integer], array[1]), 0.5) as told
       from (select 1.07 ^ i as ms from generate_series(0, 300) i) m`,
    );
    for (const { ms, told } of rows) assert.ok(Math.abs(told / ms - 1) < 0.095, `${told} for ${ms}`);
  });

  test('called again, or by several at once, counts nothing twice', async () => {
    await finish(4, ago(3));
    await finish(5, ago(1));
    await Promise.all([keepAll(), keepAll(), keepAll()]);
    await keepAll();
    assert.deepEqual(await completedIn(), [4, 5]);
  });

  test('that was broken off at any point goes on as if it had not been', async () => {
    await finish(4, ago(3));
    await keepAll();
    await finish(2, ago(1));
    await pool.query(`update howdah.chart_progress set counted_until = ${ago(1, 0)}`);
    const client = await pool.connect();
    await client.query('begin');
    await client.query('select howdah.keep_charts()');
    client.release(true); // the transaction ends without a commit, as with a process that is killed
    assert.deepEqual(await completedIn(), [4]);
    await keepAll();
    assert.deepEqual(await completedIn(), [4, 2]);
  });

  test('counts in steps after a pause, and leaves no minute out', async () => {
    await finish(1, ago(300));
    await keepAll();
    await finish(90_000, `${ago(200)} + n / 1000 * interval '1 minute'`);
    await pool.query(`update howdah.chart_progress set counted_until = ${ago(299, 0)}`);
    assert.ok((await keepAll()) >= 4, 'in several transactions');
    assert.equal(
      (await completedIn()).reduce<number>((sum, n) => sum + Number(n), 0),
      90_001,
    );
  });

  test('keeps what it has counted when jobs are pruned or retried, as when it counts a minute again', async () => {
    await finish(4, ago(2));
    await keepAll();
    await pool.query('delete from howdah.job_history');
    await pool.query(`update howdah.chart_progress set counted_until = ${ago(5, 0)}`);
    await finish(1, ago(2));
    await keepAll();
    assert.deepEqual(await completedIn(), [4]);
  });

  test('goes on when the clock was set back', async () => {
    await finish(4, ago(2));
    await keepAll();
    await pass('-1 day');
    await finish(2, ago(1));
    await pool.query('delete from howdah.chart_tasks');
    await keepAll();
    await pool.query(`update howdah.chart_progress set counted_until = ${ago(3, 0)}`);
    await keepAll();
    assert.deepEqual(await completedIn(), [2]);
  });
});

describe('a job that ended in a transaction that commits late', () => {
  test('is counted when it does, whichever comes first', async () => {
    await finish(1, ago(9));
    await late.query('begin');
    await late.query(
      `insert into howdah.job_history (id, queue, task, state, priority, attempt, max_attempts, run_at, created_at, finished_at, payload)
       values (999999, 'default', 't', 'completed', 0, 1, 1, now(), now(), ${ago(2)}, '{}')`,
    );
    await fail(late, ago(2));
    await keepAll();
    assert.deepEqual(await completedIn(), [1], 'nothing to be seen of it');
    await keepAll();
    await late.query('commit');
    await keepUntilSettled(ago(2));
    assert.deepEqual(await minutes(), [row({ completed: 1 }), row({ completed: 1, failed: 1 })]);
  });

  test('is waited for by its hour, and for an hour at most', async () => {
    await finish(1, ago(70));
    await late.query('begin');
    await late.query('select pg_current_xact_id()');
    await keepAll();
    const { rows } = await pool.query(
      'select rolled_until < counted_until as behind from howdah.chart_progress',
    );
    assert.equal(rows[0].behind, true);
    await pass('2 hours');
    await keepAll();
    const left = await pool.query(
      "select from howdah.chart_unsettled where minute < now() - interval '62 minutes'",
    );
    assert.equal(left.rowCount, 0);
    assert.deepEqual(await completedIn('1 hour'), [1]);
  });
});

describe('hours', () => {
  test('have the sums of their minutes, and histograms that merge', async () => {
    await finish(30, `${ago(200)} + n * interval '1 minute'`, {
      started_at: `${ago(200)} + n * interval '1 minute' - n * interval '1 second'`,
    });
    await keepAll();
    const hours = await completedIn('1 hour');
    assert.equal(
      hours.reduce<number>((sum, n) => sum + Number(n), 0),
      30,
    );
    const { rows } = await pool.query(
      `select step::text, sum((select sum(n) from unnest(runs) n))::integer as runs, min(array_lower(runs, 1)) as low,
              max(array_upper(runs, 1)) as high
       from howdah.task_charts group by step order by step`,
    );
    assert.deepEqual(rows[0], { ...rows[1], step: '00:01:00' });
    assert.equal(rows[0].runs, 30);
  });

  test('outlive minutes, which go after two days, and go after 30', async () => {
    await finish(7, ago(150));
    await keepAll();
    assert.deepEqual(await completedIn('1 hour'), [7]);
    await pass('2 days');
    await finish(1, ago(1));
    await keepAll();
    assert.deepEqual(await completedIn(), [1]);
    assert.deepEqual(await completedIn('1 hour'), [7]);
    const { rows } = await pool.query(
      `select count(*)::integer from howdah.queue_charts where step = '1 hour'`,
    );
    assert.equal(rows[0].count, 2, 'the depth of both queues, of the hour of the first call');
    await pass('28 days');
    await keepAll();
    assert.deepEqual(await completedIn('1 hour'), [1]);
  });

  test('are made of minutes that nobody was there to prune', async () => {
    await finish(7, ago(30));
    await keepAll();
    await pass('5 days');
    await keepAll();
    assert.deepEqual([await completedIn(), await completedIn('1 hour')], [[], [7]]);
  });
});

describe('the depth of queues', () => {
  test('is looked at with it, and a minute keeps the greatest', async () => {
    const depth = async () =>
      (
        await pool.query(
          `select available::integer, scheduled::integer from howdah.queue_charts
           where queue = 'default' order by at desc limit 1`,
        )
      ).rows[0];
    await jobs.addLive(5);
    await jobs.addLive(2, { run_at: `now() + interval '1 hour'` });
    await keep();
    assert.deepEqual(await depth(), { available: 5, scheduled: 2 });
    await jobs.addLive(1);
    await keep();
    assert.deepEqual(await depth(), { available: 5, scheduled: 2 }, 'not again within ten seconds');
    await pool.query(`update howdah.chart_progress set sampled_at = now() - interval '11 seconds'`);
    await pool.query('delete from graphile_worker._private_jobs where run_at > now()');
    await keep();
    const { available, scheduled } = await depth();
    assert.equal(available, 6);
    assert.ok(scheduled === 2 || scheduled === 0, 'the minute may have ended');
  });
});
