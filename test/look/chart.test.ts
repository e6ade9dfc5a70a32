import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readChart } from '../../src/look/chart.ts';
import { type OpenJobs, openJobs } from './open-jobs.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const FINISHED_COUNT = 60_000;

let jobs: OpenJobs;
let minute: number; // the last that was counted
before(async () => {
  jobs = await openJobs();
  // A job a second, up to two minutes ago; those of t1 wait 10 s and run 200 ms, the others 1 s and 20 ms.
  const end = `date_trunc('minute', now()) - interval '1 minute' - n * interval '1 second'`;
  const run = `case n % 3 when 1 then interval '200 ms' else interval '20 ms' end`;
  const wait = `case n % 3 when 1 then interval '10 seconds' else interval '1 second' end`;
  await jobs.addFinished(FINISHED_COUNT, {
    queue: `case when n % 10 = 0 then 'critical' else 'default' end`,
    state: `case when n % 60 = 0 then 'discarded' else 'completed' end`,
    finished_at: end,
    started_at: `${end} - ${run}`,
    run_at: `${end} - ${run} - ${wait}`,
    created_at: `${end} - interval '1 day'`,
  });
  await jobs.addLive(3);
  await jobs.analyze();
  const keep = () => jobs.pool.query('select is_rest from howdah.keep_charts()');
  while ((await keep()).rows[0].is_rest);
  await keep();
  const { rows } = await jobs.pool.query('select counted_until from howdah.chart_progress');
  minute = rows[0].counted_until.getTime() - MINUTE_MS;
});
after(() => jobs.drop());

describe('a chart', () => {
  test('has a point a step, up to the last minute that was counted', async () => {
    const points = await readChart(jobs.pool, { since: new Date(minute - 9 * MINUTE_MS), stepMs: MINUTE_MS });
    assert.deepEqual(
      points.map(({ at }) => at.getTime()),
      Array.from({ length: 10 }, (_, i) => minute - (9 - i) * MINUTE_MS),
    );
    assert.ok(points[2]);
    const { at: _, ...third } = points[2];
    assert.deepEqual(third, {
      coveredSeconds: 60,
      completedCount: 59,
      failedCount: 0,
      discardedCount: 1,
      cancelledCount: 0,
      ...{
        waitP50Ms: third.waitP50Ms,
        waitP95Ms: third.waitP95Ms,
        runP50Ms: third.runP50Ms,
        runP95Ms: third.runP95Ms,
      },
      ...{ availableCount: null, scheduledCount: null, retryableCount: null, runningCount: null },
      oldestWaitSeconds: null,
    });
    near(third.waitP50Ms, 1_000);
    near(third.waitP95Ms, 10_000);
    near(third.runP50Ms, 20);
    near(third.runP95Ms, 200);
  });

  test('of a queue, of a task and of both has those jobs only', async () => {
    const sum = async (of: { queue?: string; task?: string }) => {
      const since = new Date(minute - 30 * MINUTE_MS);
      const points = await readChart(jobs.pool, { ...of, since, stepMs: 10 * MINUTE_MS });
      return points
        .slice(1, 3)
        .reduce((total, { completedCount, discardedCount }) => total + completedCount + discardedCount, 0);
    };
    assert.equal(await sum({}), 1_200);
    assert.equal(await sum({ queue: 'critical' }), 120);
    assert.equal(await sum({ task: 't1' }), 400);
    assert.equal(await sum({ queue: 'critical', task: 't1' }), 40);
  });

  test('in hours is the same, read from hours and minutes', async () => {
    const since = new Date(minute - 12 * HOUR_MS);
    const hours = await readChart(jobs.pool, { since, stepMs: HOUR_MS });
    assert.deepEqual(
      hours.slice(1, -1).map(({ completedCount, discardedCount }) => [completedCount, discardedCount]),
      hours.slice(1, -1).map(() => [3_540, 60]),
    );
    near(hours[3]?.waitP95Ms, 10_000);
    assert.ok((hours.at(-1)?.coveredSeconds ?? 0) <= 3_600);
    await jobs.pool.query(
      `delete from howdah.chart_tasks where step = '1 minute' and at < now() - interval '2 hours'`,
    );
    assert.deepEqual(
      (await readChart(jobs.pool, { since, stepMs: HOUR_MS })).slice(0, -2),
      hours.slice(0, -2),
    );
  });

  test('knows the depth of queues, of all of them and of one', async () => {
    const last = async (queue?: string) => {
      await jobs.pool.query('update howdah.chart_queues set at = $1', [new Date(minute)]);
      return (
        await readChart(jobs.pool, {
          ...(queue ? { queue } : {}),
          since: new Date(minute),
          stepMs: MINUTE_MS,
        })
      ).at(-1);
    };
    assert.equal((await last())?.availableCount, 3);
    assert.equal((await last('critical'))?.availableCount, 0);
    assert.equal((await last('default'))?.runningCount, 0);
  });

  test('refuses steps that cannot be had, and unknown names', async () => {
    const read = (changes: object) =>
      readChart(jobs.pool, { since: new Date(minute), stepMs: MINUTE_MS, ...changes });
    for (const stepMs of [0, 30_000, 90_000, 31 * 24 * HOUR_MS]) {
      await assert.rejects(read({ stepMs }), { code: 'invalid_options' });
    }
    await assert.rejects(read({ since: new Date(minute - 72 * HOUR_MS) }), { code: 'invalid_options' });
    assert.ok((await read({ since: new Date(0), stepMs: HOUR_MS })).length > 700, 'thirty days');
    await assert.rejects(read({ queue: 'criticl' }), { code: 'unknown_queue' });
    await assert.rejects(read({ task: 't9' }), { code: 'unknown_task' });
  });
});

test('counting reads what ended since the last time, whatever there is beside', async () => {
  await jobs.addFinished(50, { finished_at: `date_trunc('minute', now()) - interval '90 seconds'` });
  const client = await jobs.pool.connect();
  await client.query('begin');
  await client.query(
    `update howdah.chart_progress set counted_until = date_trunc('minute', now()) - interval '2 minutes'`,
  );
  await client.query('select howdah.keep_charts()');
  const { rows } = await client.query(
    `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as read from pg_stat_xact_user_tables
     where relname ~ '^job_(history|errors)'`,
  );
  await client.query('rollback');
  client.release();
  assert.ok(rows[0].read >= 50 && rows[0].read <= 600, `${rows[0].read} rows were read for 50`);
});

function near(told: number | null | undefined, truth: number): void {
  assert.ok(Math.abs((told ?? 0) / truth - 1) < 0.1, `${told} for ${truth}`);
}
