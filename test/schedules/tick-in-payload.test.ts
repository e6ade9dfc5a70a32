import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { z } from 'zod';
import { bind } from '../../src/tasks/bind.ts';
import type { CronTick } from '../../src/tasks/cron-tick.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue } from '../support/test-queue.ts';

const TICK = '{"ts": "2026-11-21T08:00:00.000000Z", "backfilled": false}';

const runs: { payload: unknown; cron: CronTick | undefined }[] = [];
const tasks = Object.entries({ strict: z.strictObject({ n: z.int() }), loose: z.looseObject({}) }).map(
  ([name, payload]) =>
    bind(defineTask<unknown>({ name, payload }), async (given, { job }) => {
      runs.push({ payload: given, cron: job.cron });
    }),
);

let queue: TestQueue;
before(async () => {
  queue = await openTestQueue(tasks);
  await queue.start();
});
beforeEach(() => runs.splice(0));
after(() => queue.close());

async function run(id: string) {
  await queue.untilState(id, 'completed');
  return runs[0];
}

test('a member _cron that somebody enqueues reaches the handler, whatever it looks like', async () => {
  for (const own of [TICK, '{"ts": "noon", "backfilled": true}', '7', 'null']) {
    runs.splice(0);
    const payload = `{"_cron": ${own}, "n": 1}`;
    const ran = await run(await scalar(queue, `select howdah.enqueue('loose', $1)`, [payload]));
    assert.deepEqual(ran?.payload, JSON.parse(payload));
  }
});

test('that of a schedule does not, and tells of the tick', async () => {
  const entry = { identifier: 'a', task: 'loose', cron: '* * * * *', max_attempts: 3, payload: '{"n": 1}' };
  await queue.pool.query(`select howdah.enqueue_tick('default', $1, '2026-11-21T08:00:00Z')`, [
    JSON.stringify(entry),
  ]);
  const { rows } = await queue.pool.query('select max(id) as id from howdah.jobs');
  const ran = await run(rows[0].id);
  assert.deepEqual(ran?.payload, { n: 1 });
  assert.equal(ran?.cron?.at.toISOString(), '2026-11-21T08:00:00.000Z');
});

test('that of a schedule with a key does not either', async () => {
  const entry = {
    identifier: 'a',
    task: 'strict',
    cron: '* * * * *',
    max_attempts: 3,
    job_key: 'k',
    payload: '{"n": 1}',
  };
  await queue.pool.query(`select howdah.enqueue_tick('default', $1, '2026-11-21T08:00:00Z')`, [
    JSON.stringify(entry),
  ]);
  const { rows } = await queue.pool.query('select max(id) as id from howdah.jobs');
  assert.deepEqual((await run(rows[0].id))?.payload, { n: 1 });
});

test('that of the engine’s own clock, or of an earlier version, does not where the schema refuses it', async () => {
  const payload = `{"_cron": ${TICK}, "n": 1}`;
  const ran = await run(
    await scalar(queue, `select id from graphile_worker.add_job('strict', $1)`, [payload]),
  );
  assert.deepEqual(ran?.payload, { n: 1 });
  assert.equal(ran?.cron?.isBackfilled, false);
});
