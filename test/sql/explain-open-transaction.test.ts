import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type pg from 'pg';
import { completeJob } from '../support/job-states.ts';
import { QueueStage } from '../support/queue-stage.ts';
import type { Session } from '../support/session.ts';
import { createTestLogin } from '../support/test-login.ts';
import { type TestQueue, testTask } from '../support/test-queue.ts';

const works = testTask('works');
const HOLDS_SEQUENCE = `select howdah.enqueue('works', '{"secret": "s3cret"}', sequence => 's')`;

const stage = new QueueStage();
let queue: TestQueue;
before(async () => {
  queue = await stage.open([works, async () => {}]);
});
afterEach(() => stage.clear());
after(() => stage.close());

async function session(): Promise<Session> {
  const opened = await stage.session();
  await opened.run(`set local application_name = 'nightly import'`);
  return opened;
}

const pidOf = async (tx: Session) =>
  (await tx.run<{ pid: number }>('select pg_backend_pid() as pid'))[0]?.pid;

const enqueue = async (options: { sequence?: string; key?: string } = { sequence: 's' }) =>
  (await queue.distributor.distribute(queue.pool, works, {}, options)).id;

async function explain(id: string, pool: pg.Pool = queue.pool) {
  const { rows } = await pool.query<{ cause: string; explanation: string; remedy: string }>(
    'select cause, explanation, remedy from howdah.explain_job($1)',
    [id],
  );
  const [row] = rows;
  assert.ok(row);
  return row;
}

/** A head that ended while the session holds the sequence, and who waits behind it. */
async function stallBy(tx: Session, statement = HOLDS_SEQUENCE): Promise<string> {
  const [head, next] = [await enqueue(), await enqueue()];
  await tx.run(statement);
  await completeJob(queue, head);
  await queue.pool.query('select howdah.promote_waiting_sequences()');
  return next;
}

describe('of a job whose sequence an open transaction holds, explain', () => {
  test('names the transaction and what ends it, and goes on when it is over', async () => {
    const tx = await session();
    const pid = await pidOf(tx);
    const next = await stallBy(tx);
    const { cause, explanation, remedy } = await explain(next);
    assert.equal(cause, 'sequence');
    assert.match(
      explanation,
      new RegExp(
        `^The job ahead of it in its sequence s has ended, but an open transaction holds the sequence \\(pid ${pid}, ` +
          'role \\w+, application nightly import, its transaction open for \\d+ s and idle\\): the next goes when that ends\\.',
      ),
    );
    assert.match(
      remedy,
      new RegExp(
        `^It began a moment ago, and most end by themselves\\. Have its program end the transaction, or select pg_terminate_backend\\(${pid}\\)\\.`,
      ),
    );
    tx.client.on('error', () => {});
    await queue.pool.query('select pg_terminate_backend($1, 10000)', [pid]);
    tx.lost();
    await queue.pool.query('select howdah.promote_waiting_sequences()');
    assert.equal((await queue.job(next)).state, 'available');
  });

  test('says that a heartbeat is all that is missing when nobody holds it', async () => {
    const tx = await session();
    const next = await stallBy(tx);
    await tx.end('commit');
    assert.match((await explain(next)).explanation, /its turn comes with a worker's next heartbeat\./);
  });

  test('does not take a transaction for it that enqueues into another', async () => {
    const [tx, other] = [await session(), await session()];
    const next = await stallBy(tx);
    await tx.end('commit');
    await other.run(`select howdah.enqueue('works', sequence => 't')`);
    assert.match((await explain(next)).explanation, /next heartbeat\./);
  });

  test('names those that may hold it when it was locked in a savepoint that is over', async () => {
    const tx = await session();
    const pid = await pidOf(tx);
    await tx.run('savepoint a');
    const next = await stallBy(tx);
    await tx.run('release savepoint a');
    assert.match(
      (await explain(next)).explanation,
      new RegExp(`holds the sequence \\(one of these: pid ${pid}, `),
    );
  });

  test('names a transaction that holds the next job instead', async () => {
    const tx = await session();
    const next = await stallBy(
      tx,
      `select from graphile_worker._private_jobs where run_at = 'infinity' for update`,
    );
    const last = await enqueue();
    for (const id of [next, last])
      assert.match(
        (await explain(id)).explanation,
        new RegExp(`an open transaction holds the next job, ${next} \\(pid `),
      );
  });

  test('tells a role that may not see others’ sessions who it is, not since when, and nobody a statement', async () => {
    const tx = await session();
    const pid = await pidOf(tx);
    const next = await stallBy(tx);
    const login = await createTestLogin(queue.database, queue.pool, ['howdah_viewer']);
    const { explanation, remedy } = await explain(next, login.pool);
    await login.drop();
    assert.match(explanation, new RegExp(`\\(pid ${pid}, role \\w+, application nightly import\\)`));
    const all = JSON.stringify([explanation, remedy, await explain(next)]);
    assert.doesNotMatch(all, /s3cret|howdah\.enqueue/);
  });
});

describe('of a waiting job whose row an open transaction holds, explain', () => {
  test('names the transaction, as one that replaces the job by its key', async () => {
    const id = await enqueue({ key: 'k' });
    const tx = await session();
    const pid = await pidOf(tx);
    await queue.distributor.distribute(tx.client, works, {}, { key: 'k' });
    const { cause, explanation } = await explain(id);
    assert.equal(cause, 'locked');
    assert.match(
      explanation,
      new RegExp(`^An open transaction holds it \\(pid ${pid}, .*workers pass over it`),
    );
    await tx.end('rollback');
    assert.equal((await explain(id)).cause, 'no_worker');
  });
});
