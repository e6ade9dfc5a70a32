import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { FINISHED, putJob, STATES, scalar, WAITING } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

let queue: TestQueue;

before(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
});

after(() => queue.close());

const ACTIONS = {
  cancel_job: 'select howdah.cancel_job($1)',
  discard_job: 'select howdah.discard_job($1)',
  run_job_now: 'select howdah.run_job_now($1)',
  reschedule_job: "select howdah.reschedule_job($1, now() + interval '2 hours')",
  retry_job: 'select howdah.retry_job($1)',
};

describe('an action on a single job', () => {
  for (const [name, statement] of Object.entries(ACTIONS)) {
    test(`${name} refuses an id that nobody has with HWJOB`, async () => {
      for (const id of ['99999999', null]) {
        await assert.rejects(queue.pool.query(statement, [id]), { code: 'HWJOB', message: /unknown job/ });
      }
    });
  }

  const refused: [keyof typeof ACTIONS, readonly string[]][] = [
    ['cancel_job', FINISHED],
    ['discard_job', ['running', ...FINISHED]],
    ['run_job_now', ['running', ...FINISHED]],
    ['reschedule_job', ['running', ...FINISHED]],
    ['retry_job', ['running']],
  ];
  for (const [name, states] of refused) {
    for (const state of STATES.filter((each) => states.includes(each))) {
      test(`${name} refuses a ${state} job with HWSTA, and leaves it alone`, async () => {
        const id = await putJob(queue, state);
        const before = await queue.job(id);
        await assert.rejects(queue.pool.query(ACTIONS[name], [id]), {
          code: 'HWSTA',
          message: new RegExp(`job ${id} is ${state}: it cannot be`),
        });
        const { duration: _, ...job } = { duration: 0, ...(await queue.job(id)) };
        const { duration: __, ...expected } = { duration: 0, ...before };
        assert.deepEqual(job, expected);
      });
    }
  }
});

for (const state of WAITING) {
  test(`cancelling a ${state} job ends it at once, cancelled with the reason`, async () => {
    const id = await putJob(queue, state);
    assert.equal(await scalar(queue, "select howdah.cancel_job($1, 'changed our mind')", [id]), 'cancelled');
    const job = await queue.job(id);
    assert.deepEqual([job.state, job.last_error], ['cancelled', 'changed our mind']);
    assert.equal(await scalar(queue, 'select count(*)::int from howdah.job_outcomes'), 0);
  });

  test(`discarding a ${state} job ends it at once, discarded with the reason`, async () => {
    const id = await putJob(queue, state);
    assert.equal(await scalar(queue, "select howdah.discard_job($1, 'hopeless')", [id]), 'discarded');
    const job = await queue.job(id);
    assert.deepEqual([job.state, job.last_error], ['discarded', 'hopeless']);
  });

  test(`running a ${state} job now makes it available, its attempts unchanged`, async () => {
    const id = await putJob(queue, state);
    const { attempt } = await queue.job(id);
    assert.equal(await scalar(queue, 'select howdah.run_job_now($1)', [id]), 'available');
    const job = await queue.job(id);
    assert.deepEqual([job.state, job.attempt], ['available', attempt]);
    assert.ok(job.run_at.getTime() <= Date.now() + 1_000);
  });

  test(`rescheduling a ${state} job moves its next run`, async () => {
    const id = await putJob(queue, state);
    const at = new Date(Date.now() + 7_200_000);
    const now = await scalar(queue, 'select howdah.reschedule_job($1, $2)', [id, at]);
    const job = await queue.job(id);
    assert.deepEqual([job.state, job.run_at], [now, at]);
    assert.equal(now, state === 'retryable' ? 'retryable' : 'scheduled');
  });
}

test('rescheduling into the past makes a job available', async () => {
  const id = await putJob(queue, 'scheduled');
  const now = await scalar(queue, "select howdah.reschedule_job($1, now() - interval '1 day')", [id]);
  assert.equal(now, 'available');
});

test('rescheduling to no instant is refused with HWOPT', async () => {
  const id = await putJob(queue, 'scheduled');
  for (const at of [null, 'infinity', '-infinity']) {
    await assert.rejects(queue.pool.query('select howdah.reschedule_job($1, $2)', [id, at]), {
      code: 'HWOPT',
    });
  }
});

test('cancelling without a reason keeps the latest error', async () => {
  const id = await putJob(queue, 'retryable');
  await queue.pool.query('select howdah.cancel_job($1)', [id]);
  assert.equal((await queue.job(id)).last_error, 'no luck');
});

test('what an operator does in a transaction that rolls back was never done', async () => {
  const id = await putJob(queue, 'available');
  await queue.pool.query(`do $$ begin
    perform howdah.cancel_job(${id});
    raise exception 'rolled back';
  exception when raise_exception then null; end $$`);
  assert.equal((await queue.job(id)).state, 'available');
});
