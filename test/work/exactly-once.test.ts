import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { TaskContext } from '../../src/tasks/task-context.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const SCRIPT = fileURLToPath(new URL('../support/completing-worker.ts', import.meta.url));

const pays = testTask('pays');

/** What the task does inside the transaction that has the payment, and afterwards. */
type Plan = (context: TaskContext<object>, client: pg.PoolClient) => Promise<unknown>;

let queue: TestQueue;
let plan: Plan;
let ended: string[];
const workers: ChildProcess[] = [];

beforeEach(async () => {
  queue = await openTestQueue([
    [
      pays,
      async (_, context) => {
        const client = await queue.pool.connect();
        try {
          await client.query('begin');
          await client.query('insert into payments (job_id) values ($1)', [context.job.id]);
          return await plan(context, client);
        } finally {
          await client.query('rollback');
          client.release();
        }
      },
      { retryDelay: () => 0 },
    ],
  ]);
  ended = [];
  queue.events.on('job.completed', ({ jobId }) => ended.push(`completed ${jobId}`));
  queue.events.on('job.failed', ({ jobId, decision }) => ended.push(`${decision} ${jobId}`));
  await queue.pool.query('create table payments (job_id bigint not null, worker integer)');
});

afterEach(async () => {
  for (const worker of workers.splice(0)) worker.kill('SIGKILL');
  await queue.close();
});

async function enqueue(): Promise<string> {
  return (await queue.distributor.distribute(queue.pool, pays, {})).id;
}

async function payments(id: string) {
  const { rows } = await queue.pool.query('select worker from payments where job_id = $1', [id]);
  return rows;
}

async function resultOf(id: string) {
  const { rows } = await queue.pool.query('select result from howdah.job_history where id = $1', [id]);
  return rows[0]?.result;
}

/** Ends once its process is gone. */
async function runUntilKilled(moment: 'before-commit' | 'after-commit'): Promise<number> {
  const child = spawn(process.execPath, [SCRIPT, queue.database.connectionString, moment], {
    stdio: 'inherit',
  });
  workers.push(child);
  const [, signal] = await once(child, 'exit');
  assert.equal(signal, 'SIGKILL');
  return child.pid ?? 0;
}

/** Ends once the runner of the process that died is known to hold nothing. */
async function untilRescued(): Promise<void> {
  await waitFor('the rescue', async () => {
    const { rows } = await queue.pool.query(
      `select from howdah.runners where released_at is not null and retired_as <> 'stopped'`,
    );
    return rows.length > 0;
  });
}

test('a process killed right after the commit has done its work once, and it is not done again', async () => {
  const id = await enqueue();
  const pid = await runUntilKilled('after-commit');
  const job = await queue.job(id);
  assert.deepEqual([job.state, job.attempt], ['completed', 1]);
  await queue.start();
  await untilRescued();
  assert.deepEqual(await payments(id), [{ worker: pid }]);
  assert.deepEqual(await resultOf(id), { paidBy: pid });
  assert.deepEqual(ended, [], 'no other worker ran it');
});

test('a process killed right before the commit has done nothing, and another does the work', async () => {
  plan = async ({ completeInTransaction }, client) => {
    await completeInTransaction(client);
    await client.query('commit');
  };
  const id = await enqueue();
  await runUntilKilled('before-commit');
  assert.deepEqual(await payments(id), []);
  await queue.start();
  await untilRescued();
  await queue.untilState(id, 'completed');
  assert.deepEqual(await payments(id), [{ worker: null }]);
});

test('a completion counts only with its commit: rolled back and thrown on, the job is retried', async () => {
  let runs = 0;
  plan = async ({ completeInTransaction }, client) => {
    await completeInTransaction(client, { run: ++runs });
    if (runs === 1) throw new Error('no commit');
    await client.query('commit');
  };
  const id = await enqueue();
  await queue.start();
  const job = await queue.untilState(id, 'completed');
  assert.equal(job.attempt, 2);
  assert.deepEqual(await resultOf(id), { run: 2 });
  assert.equal((await payments(id)).length, 1);
  await waitFor('its end', () => ended.length === 2);
  assert.deepEqual(ended, [`retry ${id}`, `completed ${id}`]);
});

test('a handler that returns after its completion was rolled back has the job completed as ever', async () => {
  plan = async ({ completeInTransaction }, client) => {
    await completeInTransaction(client, 'of the transaction');
    await client.query('rollback');
    return 'returned';
  };
  const id = await enqueue();
  await queue.start();
  await queue.untilState(id, 'completed');
  assert.equal(await resultOf(id), 'returned');
  assert.deepEqual(await payments(id), []);
});

test('what happens after the commit changes nothing: neither a returned value nor an error', async () => {
  const outcomes = [() => 'returned', () => Promise.reject(new Error('too late'))];
  for (const outcome of outcomes) {
    plan = async ({ completeInTransaction, progress }, client) => {
      progress(99);
      await completeInTransaction(client, 'of the transaction');
      await client.query('commit');
      progress(1);
      return outcome();
    };
    const id = await enqueue();
    if (outcome === outcomes[0]) await queue.start();
    await waitFor('its end', () => ended.includes(`completed ${id}`));
    const job = await queue.job(id);
    assert.deepEqual([job.state, job.attempt, job.last_error], ['completed', 1, null]);
    const { rows } = await queue.pool.query('select result, progress from howdah.job_history where id = $1', [
      id,
    ]);
    assert.deepEqual(rows, [{ result: 'of the transaction', progress: 99 }]);
    assert.equal((await payments(id)).length, 1);
  }
});

test('a drizzle transaction completes a job as a plain client does', async () => {
  plan = async ({ completeInTransaction }) => {
    await drizzle(queue.pool).transaction(async (tx) => {
      await tx.execute('insert into payments (job_id, worker) values (0, 7)');
      await completeInTransaction(tx, ['drizzle']);
    });
  };
  const id = await enqueue();
  await queue.start();
  await queue.untilState(id, 'completed');
  assert.deepEqual(await resultOf(id), ['drizzle']);
  assert.deepEqual(await payments('0'), [{ worker: 7 }]);
});

test('a job that is another worker’s by now cannot be completed, and the transaction with its effects is lost', async () => {
  const thrown = Promise.withResolvers<unknown>();
  plan = async ({ job, completeInTransaction }, client) => {
    await queue.pool.query(
      `select graphile_worker.force_unlock_workers(array_agg(pool_id)) from howdah.runners`,
    );
    assert.equal((await queue.job(job.id)).state, 'available');
    await completeInTransaction(client).catch((error: unknown) => {
      thrown.resolve(error);
      throw error;
    });
  };
  const id = await enqueue();
  const processor = await queue.start(1);
  assert.equal(((await thrown.promise) as Error).name, 'JobLostError');
  plan = async () => 'left for the next';
  await queue.untilState(id, 'completed');
  await processor.stop(0);
  assert.deepEqual(await payments(id), []);
});

test('the next job with the same queue_name of the engine can run after a completion in a transaction', async () => {
  plan = async ({ completeInTransaction }, client) => {
    await completeInTransaction(client);
    await client.query('commit');
  };
  const { rows } = await queue.pool.query(
    `select id::text from generate_series(1, 2), graphile_worker.add_job('pays', '{}', queue_name => 'one')`,
  );
  await queue.start();
  for (const { id } of rows) await queue.untilState(id, 'completed');
});

test('a retry of the completed job is not ended by the old run, which only returns now', async () => {
  const isOver = Promise.withResolvers<void>();
  const secondGoesOn = Promise.withResolvers<void>();
  let runs = 0;
  plan = async ({ completeInTransaction }, client) => {
    if (++runs > 1) return secondGoesOn.promise;
    await completeInTransaction(client);
    await client.query('commit');
    return isOver.promise;
  };
  const id = await enqueue();
  await queue.start(2);
  await queue.untilState(id, 'completed');
  await queue.pool.query('select howdah.retry_job($1)', [id]);
  await waitFor('the second run', () => runs === 2);
  isOver.resolve();
  await waitFor('the end of the first run', () => ended.length === 1);
  const sentinel = await enqueue();
  await waitFor('the sentinel, whose end is stored after that of the first run', () => runs === 3);
  assert.equal((await queue.job(id)).state, 'running');
  secondGoesOn.resolve();
  await queue.untilState(id, 'completed');
  await queue.untilState(sentinel, 'completed');
});

test('a job that was cancelled while it ran ends cancelled, also when its handler completes it', async () => {
  plan = async ({ job, completeInTransaction }, client) => {
    await queue.pool.query(
      `insert into howdah.job_outcomes (job_id, state, reason) values ($1, 'cancelled', 'no need')`,
      [job.id],
    );
    await completeInTransaction(client);
    await client.query('commit');
  };
  const id = await enqueue();
  await queue.start();
  const job = await queue.untilState(id, 'cancelled');
  assert.deepEqual([job.attempt, job.last_error], [1, 'no need']);
});
