import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PgQueryable } from '../../src/db/sql-client.ts';
import { toSqlFilter } from '../../src/look/find-jobs.ts';
import type { JobState } from '../../src/look/job.ts';
import { changeBatch } from '../../src/operate/bulk.ts';
import { completeJob, fetchJob, putJob } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

let queue: TestQueue;
before(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
});
after(() => queue.close());

/** Ids of the jobs that a cancellation hit, when a worker takes the job after it was found. */
async function cancelWhileTaken(id: string, states: readonly JobState[] | undefined): Promise<string[]> {
  const client: PgQueryable = {
    async query(text, values) {
      if (text.includes('act_on_jobs')) await fetchJob(queue, id);
      return queue.pool.query(text, values);
    },
  };
  const order = { filter: { queue: 'default', states }, range: { limit: 10 }, details: {} };
  return (await changeBatch(client, 'cancel', order)).changedIds;
}

test('cancelling the waiting jobs leaves one alone that a worker has taken since', async () => {
  const id = await putJob(queue, 'available');
  assert.deepEqual(await cancelWhileTaken(id, ['scheduled', 'available']), []);
});

test('cancelling the live jobs hits one that a worker has taken since', async () => {
  const id = await putJob(queue, 'available');
  assert.deepEqual((await cancelWhileTaken(id, undefined)).includes(id), true);
});

test('retrying the discarded leaves one alone that another has retried since, and that completed', async () => {
  const id = await putJob(queue, 'discarded');
  const client: PgQueryable = {
    async query(text, values) {
      if (text.includes('act_on_jobs')) {
        await queue.pool.query('select howdah.retry_job($1)', [id]);
        await fetchJob(queue, id);
        await completeJob(queue, id);
      }
      return queue.pool.query(text, values);
    },
  };
  const filter = { states: ['discarded'] as const };
  const { ids, changedIds } = await changeBatch(client, 'retry', {
    filter,
    range: { limit: 10 },
    details: {},
  });
  assert.deepEqual([ids, changedIds], [[id], []]);
  assert.equal((await queue.job(id)).state, 'completed');
});

test('a filter with a date that is none is no filter for every job', () => {
  assert.throws(() => toSqlFilter({ createdBefore: new Date('soon') }), {
    code: 'invalid_request',
    message: /^createdBefore: expected a valid Date/,
  });
});
