import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { HowdahError } from '../../src/errors.ts';
import type { TaskContext } from '../../src/tasks/task-context.ts';
import { completeJob, fetchJob } from '../support/job-states.ts';
import { QueueStage } from '../support/queue-stage.ts';
import { type Session, untilBlocked } from '../support/session.ts';
import { type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { stored } from './enqueue-both-ways.ts';

const works = testTask('works');
const polls = testTask('polls', { maxRetries: 5 });
const JOBS = 'graphile_worker._private_jobs';

const stage = new QueueStage();
let queue: TestQueue;
/** What the handler of `polls` does in its run number n. */
let act: (n: number, context: TaskContext<object>) => Promise<void>;
before(async () => {
  queue = await stage.open(
    [works, async () => {}],
    [polls, (payload, context) => act((payload as { n: number }).n, context)],
  );
});
afterEach(() => stage.clear());
after(() => stage.close());

const put = async (succeeds?: string, tx?: Session) => {
  const options = { uniqueKey: 'u', ...(succeeds === undefined ? {} : { succeeds }) };
  return (await queue.distributor.distribute(tx?.client ?? queue.pool, works, {}, options)).id;
};

const running = async () => {
  const id = await put();
  await fetchJob(queue, id);
  return id;
};

const heldBy = (id: string) => (error: unknown) => {
  assert.ok(error instanceof HowdahError, String(error));
  assert.deepEqual([error.code, error.details['jobId']], ['duplicate_job', id]);
  return true;
};

const FAIL = `update ${JOBS} set last_error = 'no', run_at = now() + interval '1 s', locked_at = null, locked_by = null where id = $1`;

describe('a running job that holds a unique key', () => {
  test('gives it up to its successor, which refuses others from then on, whatever becomes of the first', async () => {
    const id = await running();
    const next = await put(id);
    await assert.rejects(put(), heldBy(next));
    await assert.rejects(put(id), heldBy(next));
    await completeJob(queue, id);
    await assert.rejects(put(), heldBy(next));
    await completeJob(queue, next);
    assert.ok(await put());
  });

  test('is discarded when it fails afterwards: its retry would be a second job of the key', async () => {
    const id = await running();
    const next = await put(id);
    await queue.pool.query(FAIL, [id]);
    assert.equal((await queue.job(id)).state, 'discarded');
    await assert.rejects(put(), heldBy(next));
    await queue.pool.query('select howdah.retry_job($1)', [id]);
    await assert.rejects(put(), heldBy(next), 'retried by hand it lives beside it, without the key');
  });

  test('keeps key and retries when the transaction of its successor is rolled back', async () => {
    const id = await running();
    const tx = await stage.session();
    await put(id, tx);
    await tx.end('rollback');
    await assert.rejects(put(), heldBy(id));
    await queue.pool.query(FAIL, [id]);
    assert.equal((await queue.job(id)).state, 'retryable');
  });

  test('has another enqueue wait for the transaction of its successor, to be refused by whoever holds it then', async () => {
    const id = await running();
    for (const how of ['rollback', 'commit'] as const) {
      const tx = await stage.session();
      const next = await put(id, tx);
      const refused = assert.rejects(put(), heldBy(how === 'commit' ? next : id));
      await untilBlocked(queue.pool, 1);
      await tx.end(how);
      await refused;
    }
  });

  test('has one successor of two that are enqueued at the same time', async () => {
    const id = await running();
    const first = await stage.session();
    const next = await put(id, first);
    const refused = assert.rejects(put(id), heldBy(next));
    await untilBlocked(queue.pool, 1);
    await first.end('commit');
    await refused;
  });

  test('ends only after the open transaction of its successor, which then holds the key', async () => {
    const id = await running();
    const tx = await stage.session();
    const next = await put(id, tx);
    const ending = completeJob(queue, id);
    await untilBlocked(queue.pool, 1);
    await tx.end('commit');
    await ending;
    await assert.rejects(put(), heldBy(next));
  });

  test('that ends first leaves the key free for its successor, which needs nothing of it', async () => {
    const id = await running();
    const ending = await stage.session();
    await ending.run(`delete from ${JOBS} where id = $1`, [id]);
    const waiting = put(id);
    await untilBlocked(queue.pool, 1);
    await ending.end('commit');
    assert.ok(await waiting);
  });

  test('gives up nothing while it waits, nor to a successor of another job', async () => {
    const id = await put();
    await assert.rejects(put(id), heldBy(id));
    await fetchJob(queue, id);
    await assert.rejects(put('1'), heldBy(id));
    assert.equal((await queue.job(id)).max_attempts, 26);
  });

  test('gives up nothing once it is cancelled, so that cancelling ends a chain', async () => {
    const id = await running();
    await queue.pool.query('select howdah.cancel_job($1)', [id]);
    await assert.rejects(put(id), heldBy(id));
    await completeJob(queue, id);
    assert.equal((await queue.job(id)).state, 'cancelled');
  });

  test('gives up nothing to a successor that waited for its cancellation; the other order leaves both', async () => {
    const id = await running();
    const cancelling = await stage.session();
    await cancelling.run('select howdah.cancel_job($1)', [id]);
    const refused = assert.rejects(put(id), heldBy(id));
    await untilBlocked(queue.pool, 1);
    await cancelling.end('commit');
    await refused;
    await completeJob(queue, id);

    const first = await running();
    const enqueueing = await stage.session();
    const next = await put(first, enqueueing);
    const late = queue.pool.query('select howdah.cancel_job($1)', [first]);
    await untilBlocked(queue.pool, 1);
    await enqueueing.end('commit');
    await late;
    await assert.rejects(put(), heldBy(next));
  });

  test('gives up one that it has by its payload alone', async () => {
    const once = async (succeeds?: string) =>
      (
        await queue.distributor.distribute(
          queue.pool,
          works,
          { a: 1 },
          { uniqueForMs: 60_000, ...(succeeds && { succeeds }) },
        )
      ).id;
    const id = await once();
    await fetchJob(queue, id);
    const next = await once(id);
    await assert.rejects(once(), heldBy(next));
    assert.deepEqual((await stored(queue, id)).flags, { howdah: {} });
  });
});

describe('a handler', () => {
  const next = (
    n: number,
    { job }: TaskContext<object>,
    tx: Session['client'] | TestQueue['pool'] = queue.pool,
  ) => queue.distributor.distribute(tx, polls, { n: n + 1 }, { uniqueKey: 'poll', succeeds: job.id });

  async function runChain(length: number): Promise<string[]> {
    const processor = await queue.start();
    await queue.distributor.distribute(queue.pool, polls, { n: 1 }, { uniqueKey: 'poll' });
    const { rows } = await waitForRows(length);
    await processor.stop(0);
    return rows.map(({ state }) => state);
  }

  async function waitForRows(length: number) {
    return waitFor(`${length} polls to end`, async () => {
      const found = await queue.pool.query<{ state: string }>(
        `select state from howdah.jobs where task = 'polls' order by id`,
      );
      const isOver =
        found.rows.length === length && found.rows.every(({ state }) => !/able|running/.test(state));
      return isOver ? found : undefined;
    });
  }

  afterEach(() => queue.pool.query('truncate howdah.job_history'));

  test('enqueues its own successor under its own unique key, as often as it likes', async () => {
    act = async (n, context) => {
      if (n < 5) await next(n, context);
    };
    assert.deepEqual(
      await runChain(5),
      Array.from({ length: 5 }, () => 'completed'),
    );
  });

  test('that fails after its successor was committed is discarded, and the chain goes on', async () => {
    act = async (n, context) => {
      if (n < 3) await next(n, context);
      if (n === 1) throw new Error('after all');
    };
    assert.deepEqual(await runChain(3), ['discarded', 'completed', 'completed']);
  });

  for (const isFirst of [true, false]) {
    test(`commits its successor with its own completion, ${isFirst ? 'before' : 'after'} it in the transaction`, async () => {
      act = async (n, context) => {
        if (n === 3) return;
        const tx = await stage.session();
        if (isFirst) await next(n, context, tx.client);
        await context.completeInTransaction(tx.client);
        if (!isFirst) await next(n, context, tx.client);
        await tx.end('commit');
      };
      assert.deepEqual(await runChain(3), ['completed', 'completed', 'completed']);
    });
  }
});
