import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type pg from 'pg';
import { type QueueStats, readQueueStats } from '../../src/look/queue-stats.ts';
import { openPool } from '../support/open-pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const JOBS = 1_000_000;
const CLUSTERED_JOBS = 200_000;

/** What the issue allows is 5 ms; the slack is for a machine that runs other tests beside this one. */
const MAX_COST_MS = 5 * 5;

let database: TestDatabase;
let pool: pg.Pool;
before(async () => {
  database = await createTestDatabase();
  pool = openPool(database.connectionString, { max: 1 });
  pool.on('error', () => {});
});
after(async () => {
  await pool.end();
  await database.drop();
});

async function statsOf(queue: string): Promise<QueueStats> {
  const stats = (await readQueueStats(pool)).find((each) => each.queue === queue);
  assert.ok(stats);
  return stats;
}

/**
 * Jobs without any enqueueing, so that a million take seconds. The states come in the given order, each `share` tenths
 * of every `period` jobs: a period of 10 mixes them, one as long as the table keeps each together.
 */
async function insertJobs(schema: string, count: number, period: number): Promise<void> {
  await pool.query(
    `insert into ${schema}._private_tasks (identifier) values ('bulk') on conflict do nothing`,
  );
  await pool.query(
    `insert into ${schema}._private_jobs (task_id, payload, priority, run_at, attempts, last_error)
     select (select id from ${schema}._private_tasks where identifier = 'bulk'), '{"pad": "0123456789012345678901"}',
            i % 3, now() + case when place < 0.6 then -interval '1 minute' else interval '1 day' end,
            case when place < 0.8 then 0 else 1 end, case when place < 0.8 then null else 'broken' end
     from (select i, (i % $2)::float8 / $2 as place from generate_series(0, $1 - 1) i) jobs`,
    [count, period],
  );
}

/** Median of what a scrape takes the server, planning and all, on a connection that has made some before. */
async function costMs(): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 25; i++) times.push((await timeOf('queue_stats')) + (await timeOf('vacuum_holders')));
  return times.slice(5).sort((one, other) => one - other)[10] ?? Number.NaN;
}

async function timeOf(name: string): Promise<number> {
  const { rows } = await pool.query(
    `explain (analyze, timing off, format json) select * from howdah.${name}()`,
  );
  const [{ 'Execution Time': executionMs, 'Planning Time': planningMs }] = rows[0]['QUERY PLAN'];
  return executionMs + planningMs;
}

function assertWithin20Percent(stats: QueueStats, count: number): void {
  assert.equal(stats.isEstimate, true);
  for (const [state, share] of [
    ['availableCount', 0.6],
    ['scheduledCount', 0.2],
    ['retryableCount', 0.2],
  ] as const) {
    const error = stats[state] / (count * share) - 1;
    assert.ok(Math.abs(error) < 0.2, `${state} is off by ${Math.round(error * 100)} %`);
  }
}

describe('howdah.queue_stats of a small queue', () => {
  after(() =>
    pool.query(
      'truncate graphile_worker_critical._private_jobs; truncate howdah.runners, howdah.queue_settings',
    ),
  );

  test('tells that an empty queue is empty and that nobody works on it', async () => {
    const { tableBytes, addedCount, endedCount, ...stats } = await statsOf('critical');
    assert.deepEqual([addedCount, endedCount], [0, 0]);
    assert.ok(tableBytes > 0);
    assert.deepEqual(stats, {
      queue: 'critical',
      schemaName: 'graphile_worker_critical',
      availableCount: 0,
      scheduledCount: 0,
      retryableCount: 0,
      runningCount: 0,
      isEstimate: false,
      oldestWaitSeconds: 0,
      concurrency: 0,
      fleetConcurrency: null,
      workerCount: 0,
      blockedWorkerCount: 0,
      abandonedCount: 0,
      isPaused: false,
      pausedAt: null,
      pausedBy: null,
      deadTupleCount: 0,
    });
  });

  test('counts exactly, and takes a job that is held but does not run for available', async () => {
    await insertJobs('graphile_worker_critical', 100, 10);
    await pool.query(`update graphile_worker_critical._private_jobs set locked_at = now(), locked_by = 'pool'
                      where id in (select id from graphile_worker_critical._private_jobs order by run_at, id limit 3)`);
    const token = '6a4c3a3e-59f4-4b0b-a8b8-0f8f7a2d9c11';
    await pool.query(
      `insert into howdah.runners (token, queue, kind, host, pid, concurrency, running)
       values ($1, 'critical', 'howdah', 'here', 1, 10, '{1,2}')`,
      [token],
    );
    const { availableCount, runningCount, scheduledCount, retryableCount, ...stats } =
      await statsOf('critical');
    assert.deepEqual([availableCount, runningCount, scheduledCount, retryableCount], [58, 2, 20, 20]);
    assert.deepEqual([stats.workerCount, stats.concurrency, stats.isEstimate], [1, 10, false]);
  });

  test('finds the oldest waiting job in whatever priority', async () => {
    await pool.query(`update graphile_worker_critical._private_jobs set run_at = now() - interval '10 minutes'
                      where id = (select max(id) from graphile_worker_critical._private_jobs where priority = 2)`);
    const { oldestWaitSeconds } = await statsOf('critical');
    assert.ok(oldestWaitSeconds >= 600 && oldestWaitSeconds < 660, String(oldestWaitSeconds));
  });

  test('tells a pause, a limit, and a worker that fell silent', async () => {
    await pool.query(
      "insert into howdah.queue_settings (queue, paused_at, fleet_concurrency) values ('critical', now(), 7)",
    );
    await pool.query("update howdah.runners set heartbeat_at = now() - interval '11 seconds'");
    const { isPaused, fleetConcurrency, workerCount, concurrency } = await statsOf('critical');
    assert.deepEqual([isPaused, fleetConcurrency, workerCount, concurrency], [true, 7, 0, 0]);
  });
});

describe('howdah.queue_stats at 1,000,000 jobs', () => {
  before(() => insertJobs('graphile_worker', JOBS, 10));

  test('is within 20 %, also before the server has any statistics', async () => {
    assertWithin20Percent(await statsOf('default'), JOBS);
  });

  test(`costs the database less than ${MAX_COST_MS} ms`, async (t) => {
    const cost = await costMs();
    t.diagnostic(`${cost.toFixed(1)} ms`);
    assert.ok(cost < MAX_COST_MS, `${cost} ms`);
  });

  test('is within 20 % when jobs of one state lie together', async () => {
    await insertJobs('graphile_worker_critical', CLUSTERED_JOBS, CLUSTERED_JOBS);
    assertWithin20Percent(await statsOf('critical'), CLUSTERED_JOBS);
  });

  test('is exact about a state that few jobs are in', async () => {
    await pool.query('vacuum analyze graphile_worker._private_jobs');
    await pool.query(`update graphile_worker._private_jobs set run_at = now() + interval '1 day'
                      where run_at < now() and id not in (
                        select id from graphile_worker._private_jobs where run_at < now() limit 1500)`);
    await pool.query('analyze graphile_worker._private_jobs');
    const { availableCount, scheduledCount, isEstimate } = await statsOf('default');
    assert.equal(availableCount, 1500);
    assert.ok(isEstimate && Math.abs(scheduledCount / (JOBS * 0.8) - 1) < 0.2, String(scheduledCount));
  });
});
