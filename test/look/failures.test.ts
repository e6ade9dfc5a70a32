import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { readFailure, readFailures } from '../../src/look/failure-groups.ts';
import { listJobs } from '../../src/look/list-jobs.ts';
import { countJobs } from '../../src/operate/bulk.ts';
import { failJob, fetchJob, putJob } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { type OpenJobs, openJobs } from './open-jobs.ts';

const DISCARDED = { state: `'discarded'`, task: `'mails'` };

let jobs: OpenJobs;
beforeEach(async () => {
  jobs = await openJobs();
});
const close = () => jobs.drop();

describe('groups of failures', () => {
  test('are told apart by task and error, the largest first, with what there is to tell', async (t) => {
    t.after(close);
    const refused = { ...DISCARDED, last_error: `'connect ECONNREFUSED 10.0.0.' || n || ':25'` };
    const ids = await jobs.addFinished(5, { ...refused, finished_at: `now() - n * interval '7 minutes'` });
    await jobs.addFinished(2, { ...refused, task: `'bills'`, queue: `'critical'` });
    await jobs.addFinished(1, { ...DISCARDED, last_error: 'null' });
    await jobs.addFinished(3, { ...refused, state: `'cancelled'` });
    const [waiting = ''] = await jobs.addLive(1, {
      task: `'mails'`,
      schema: 'graphile_worker_critical',
      last_error: `'connect ECONNREFUSED ::1:25'`,
      run_at: `now() + interval '1 hour'`,
      attempts: '1',
    });
    const { groups, isCapped } = await readFailures(jobs.pool);
    assert.equal(isCapped, false);
    assert.deepEqual(
      groups.map(({ task, error, queues, jobCount, discardedCount, retryingCount }) => [
        ...[task, error, queues.join(), jobCount, discardedCount, retryingCount],
      ]),
      [
        ['mails', 'connect ECONNREFUSED …', 'critical,default', 6, 5, 1],
        ['bills', 'connect ECONNREFUSED …', 'critical', 2, 2, 0],
        ['mails', null, 'default', 1, 1, 0],
      ],
    );
    const [mails] = groups;
    assert.deepEqual(mails?.newestIds, [waiting, ids[4], ids[3]]);
    // 7, 14, 21, 28 and 35 minutes ago, and just now.
    assert.deepEqual(mails?.trend, [0, 0, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1]);
    const ageMs = (at: Date) => Date.now() - at.getTime();
    assert.ok(ageMs(mails.lastSeenAt) < 60_000 && Math.abs(ageMs(mails.firstSeenAt) - 35 * 60_000) < 60_000);
    assert.deepEqual(await readFailure(jobs.pool, mails.id), mails);
    assert.equal(await readFailure(jobs.pool, '0'.repeat(16)), undefined);
    assert.equal((await readFailures(jobs.pool, { maxGroups: 1 })).groups.length, 1);
    const capped = await readFailures(jobs.pool, { maxJobs: 2 });
    assert.deepEqual([capped.isCapped, capped.groups.map(({ jobCount }) => jobCount)], [true, [1, 1]]);
  });

  test('refuse a range that is none', async (t) => {
    t.after(close);
    for (const range of [{ maxJobs: 0 }, { maxJobs: 100_001 }, { maxGroups: 0 }, { maxGroups: 10_001 }])
      await assert.rejects(readFailures(jobs.pool, range), {
        code: 'HWOPT',
        message: /expected 1 to .*received/,
      });
  });

  test('are found in a bounded time, and so are jobs of a rare one, among many others', async (t) => {
    t.after(close);
    const [rare = ''] = await jobs.addFinished(1, { ...DISCARDED, last_error: `'rare: number 7 of "x"'` });
    await jobs.addFinished(150_000, {
      ...DISCARDED,
      last_error: `'took ' || md5(n::text) || ' for user' || n`,
    });
    await jobs.addLive(20_000, {
      last_error: `'took ' || n`,
      run_at: `now() + interval '1 day'`,
      attempts: '1',
    });
    await jobs.analyze();
    const before = performance.now();
    const { groups, isCapped } = await readFailures(jobs.pool);
    assert.ok(performance.now() - before < 4_000);
    assert.deepEqual(
      [isCapped, groups.map(({ task, jobCount }) => [task, jobCount])],
      [true, [['t', 10_000]]],
    );
    const failure = await jobs.pool
      .query('select howdah.failure_id(task, last_error) as id from howdah.job_history where id = $1', [rare])
      .then(({ rows }) => rows[0].id);
    const found = await listJobs(jobs.pool, { failure, queue: 'default' }, { limit: 10 });
    assert.deepEqual(
      found.jobs.map(({ id }) => id),
      [rare],
    );
    const frequent = await listJobs(jobs.pool, { failure: groups[0]?.id }, { limit: 10 });
    assert.equal(frequent.jobs.length, 10);
  });
});

describe('a group of failures as a filter', () => {
  let queue: TestQueue;
  before(async () => {
    queue = await openTestQueue([[testTask('works'), async () => {}]]);
  });
  after(() => queue.close());

  test('fits the jobs that are discarded or try again, in whatever state, and no others', async (t) => {
    t.after(close);
    const [retryable, discarded] = [await putJob(queue, 'retryable'), await putJob(queue, 'discarded')];
    await putJob(queue, 'completed');
    const again = await putJob(queue, 'retryable');
    await queue.pool.query('select howdah.run_job_now($1)', [again]);
    await fetchJob(queue, again);
    const { groups } = await readFailures(queue.pool);
    const [{ id: failure, retryingCount } = assert.fail('no group')] = groups;
    assert.deepEqual([groups.length, retryingCount], [1, 2]);
    const found = await listJobs(queue.pool, { failure }, { limit: 10 });
    assert.deepEqual(
      found.jobs.map(({ id, state }) => [id, state]),
      [
        [again, 'running'],
        [discarded, 'discarded'],
        [retryable, 'retryable'],
      ],
    );
    assert.equal(await countJobs(queue.pool, { failure, attemptsAbove: 1 }, 10), 1);
    const { rows } = await queue.pool.query('select howdah.retry_jobs(failure => $1) as count', [failure]);
    assert.deepEqual(rows, [{ count: 2 }]);
    await failJob(queue, again, 'discard');
    assert.deepEqual(
      (await readFailures(queue.pool)).groups.map(({ newestIds }) => newestIds[0]),
      [again],
    );
  });
});
