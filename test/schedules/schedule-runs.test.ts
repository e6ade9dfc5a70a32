import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { listLastRuns, listNextRuns } from '../../src/look/schedule-runs.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

let queue: TestQueue;
before(async () => {
  queue = await openTestQueue([[testTask('reports'), async () => {}]]);
});
after(() => queue.close());

const SCHEDULE = { task: 'reports', queue: 'default', cron: '*/10 * * * *' };

async function tick(minute: string): Promise<void> {
  await queue.pool.query('select howdah.enqueue_tick($1, $2, $3)', [
    'default',
    JSON.stringify({
      identifier: 'r',
      task: 'reports',
      cron: '*/10 * * * *',
      max_attempts: 1,
      priority: 0,
      payload: '{"a": 1}',
    }),
    minute,
  ]);
}

test('the next runs of each schedule are five minutes that its expression names', async () => {
  await queue.pool.query(
    `insert into howdah.cron_entries (identifier, task, queue, cron)
     values ('tens', 'reports', 'default', '*/10 * * * *'), ('never', 'reports', 'critical', '0 0 30 2 *')`,
  );
  const [never, tens] = await listNextRuns(queue.pool);
  assert.deepEqual(never, { identifier: 'never', queue: 'critical', nextRunsAt: [] });
  assert.equal(tens?.nextRunsAt.length, 5);
  const steps = tens?.nextRunsAt
    .map((at, index, all) => at.getTime() - (all[index - 1]?.getTime() ?? 0))
    .slice(1);
  assert.deepEqual(steps, [600_000, 600_000, 600_000, 600_000]);
  assert.equal((await listNextRuns(queue.pool, 2))[1]?.nextRunsAt.length, 2);
});

test('the last runs of a schedule are the jobs of its ticks, and no other of the task', async () => {
  for (const minute of ['08:00', '08:10', '08:15', '08:20', '08:30', '08:40', '08:50']) {
    await tick(`2026-11-21T${minute}:00Z`);
  }
  await queue.pool.query(`select howdah.enqueue('reports', '{"_cron": {"ts": "yesterday"}}')`);
  const runs = await listLastRuns(queue.pool, SCHEDULE);
  assert.deepEqual(
    runs.map(({ tickAt, state, isBackfilled }) => [tickAt.toISOString().slice(11, 16), state, isBackfilled]),
    ['08:50', '08:40', '08:30', '08:20', '08:10'].map((minute) => [minute, 'available', true]),
  );
  await queue.pool.query('select howdah.cancel_job($1)', [runs[0]?.jobId]);
  const [last] = await listLastRuns(queue.pool, SCHEDULE, 1);
  assert.equal(last?.state, 'cancelled');
  assert.ok(last?.finishedAt instanceof Date);
  assert.equal(last?.startedAt, null);
});
