import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { PoolClient } from 'pg';
import { inTransaction } from '../support/in-transaction.ts';
import {
  COMPLETE,
  completeJob,
  FAIL,
  failJob,
  fetchJob,
  GIVE_BACK,
  putJob,
  scalar,
  verdict,
} from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

let queue: TestQueue;

before(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
});

after(() => queue.close());

async function cancel(id: string, reason: string | null = null): Promise<string> {
  return scalar(queue, 'select howdah.cancel_job($1, $2)', [id, reason]);
}

/** Every way in which a run can end; all of them take the lock off the row or the row away. */
const ENDS: Record<string, [string, ...string[]]> = {
  'completes it': [COMPLETE],
  'fails it for a retry': [FAIL, verdict('retry')],
  'fails it with its last error': [FAIL, verdict('discard')],
  'snoozes it': [FAIL, verdict('snooze')],
  'returns it at shutdown': [FAIL, verdict('return')],
  'reports the cancellation': [FAIL, verdict('cancelled')],
  'fails it without a verdict': [FAIL, 'plain message'],
  'hands it back unrun': [GIVE_BACK],
};

describe('a running job that is cancelled first', () => {
  for (const [name, [statement, ...values]] of Object.entries(ENDS)) {
    test(`ends cancelled when its worker ${name}`, async () => {
      const id = await putJob(queue, 'running');
      assert.equal(await cancel(id, 'not wanted'), 'running');
      await queue.pool.query(statement, [id, ...values]);
      const job = await queue.job(id);
      assert.deepEqual([job.state, job.last_error], ['cancelled', 'not wanted']);
      assert.equal(await scalar(queue, 'select count(*)::int from howdah.job_outcomes'), 0);
    });

    test(`ends cancelled when its worker ${name} while the cancellation is not yet committed`, async () => {
      const id = await putJob(queue, 'running');
      const [operator, worker] = [await queue.pool.connect(), await queue.pool.connect()];
      let ended: Promise<unknown> | undefined;
      await inTransaction(operator, async () => {
        await operator.query('select howdah.cancel_job($1)', [id]);
        ended = worker.query(statement, [id, ...values]);
        await untilItWaits(worker);
      });
      await ended;
      operator.release();
      worker.release();
      assert.equal((await queue.job(id)).state, 'cancelled');
    });
  }
});

describe('a cancellation that comes while the run is ending', () => {
  test('is refused when the run completes the job', async () => {
    const id = await putJob(queue, 'running');
    await assert.rejects(cancelBehind(COMPLETE, [id]), { code: 'HWSTA', message: /is completed/ });
    assert.equal((await queue.job(id)).state, 'completed');
    assert.equal(await scalar(queue, 'select count(*)::int from howdah.job_outcomes'), 0);
  });

  test('takes the job out of the queue when the run fails for a retry', async () => {
    const id = await putJob(queue, 'running');
    assert.equal(await cancelBehind(FAIL, [id, verdict('retry')]), 'cancelled');
    assert.equal((await queue.job(id)).state, 'cancelled');
  });

  test('is refused when the run discards the job', async () => {
    const id = await putJob(queue, 'running');
    await assert.rejects(cancelBehind(FAIL, [id, verdict('discard')]), {
      code: 'HWSTA',
      message: /is discarded/,
    });
  });

  /** The worker's statement first, the cancellation while that is not yet committed. */
  async function cancelBehind(statement: string, values: string[]): Promise<string> {
    const [operator, worker] = [await queue.pool.connect(), await queue.pool.connect()];
    try {
      let cancelled: Promise<{ rows: { state: string }[] }> | undefined;
      await inTransaction(worker, async () => {
        await worker.query(statement, values);
        cancelled = operator.query('select howdah.cancel_job($1) as state', values.slice(0, 1));
        cancelled.catch(() => {});
        await untilItWaits(operator);
      });
      return (await cancelled)?.rows[0]?.state ?? '';
    } finally {
      operator.release();
      worker.release();
    }
  }
});

test('cancelling a running job twice keeps the first reason', async () => {
  const id = await putJob(queue, 'running');
  await cancel(id, 'first');
  assert.equal(await cancel(id, 'second'), 'running');
  await completeJob(queue, id);
  assert.equal((await queue.job(id)).last_error, 'first');
});

test('a cancelled job that is retried runs as if it had never been cancelled', async () => {
  const id = await putJob(queue, 'running');
  await cancel(id);
  await failJob(queue, id, 'cancelled');
  await queue.pool.query('select howdah.retry_job($1)', [id]);
  await fetchJob(queue, id);
  await completeJob(queue, id);
  assert.equal((await queue.job(id)).state, 'completed');
});

async function untilItWaits(client: PoolClient): Promise<void> {
  const { processID } = client as unknown as { processID: number };
  await waitFor('the statement to wait for a lock', () =>
    scalar<boolean>(
      queue,
      "select wait_event_type = 'Lock' from pg_stat_activity where pid = $1 and state = 'active'",
      [processID],
    ),
  );
}
