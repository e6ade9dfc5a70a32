import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { defineTask } from '../../src/tasks/define-task.ts';
import { Cancel, RetryAfter, SkipRetry, Snooze } from '../../src/tasks/outcomes.ts';
import type { TaskContext } from '../../src/tasks/task-context.ts';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

class HopelessError extends Error {}

const strict = defineTask({ name: 'strict', payload: z.strictObject({ secret: z.number() }) });
const returns = testTask('returns');
const throws = testTask('throws', { maxRetries: 1 });
const throwsOnlyOnce = testTask('throws_only_once', { maxRetries: 0 });
const skips = testTask('skips');
const cancels = testTask('cancels');
const snoozesOnce = testTask('snoozes_once', { maxRetries: 0 });
const retriesSoon = testTask('retries_soon');
const throwsHopeless = testTask('throws_hopeless');
const throwsString = testTask('throws_string');
const throwsNul = testTask('throws_nul', { maxRetries: 0 });
const hangs = testTask('hangs', { timeoutMs: 30, maxRetries: 0 });
const runs = new Map<string, number>();

function countRun({ job }: TaskContext<object>): number {
  const count = (runs.get(job.id) ?? 0) + 1;
  runs.set(job.id, count);
  return count;
}

let queue: TestQueue;

before(async () => {
  queue = await openTestQueue([
    [strict, async () => {}],
    [returns, async () => {}],
    [throws, () => Promise.reject(new Error('first trouble'))],
    [throwsOnlyOnce, () => Promise.reject(new Error('only trouble'))],
    [skips, () => Promise.reject(new SkipRetry('never mind'))],
    [cancels, () => Promise.reject(new Cancel('not wanted'))],
    [
      snoozesOnce,
      async (_, context) => {
        if (countRun(context) === 1) throw new Snooze(20);
      },
    ],
    [
      retriesSoon,
      async (_, context) => {
        if (countRun(context) < 3) throw new RetryAfter(10, 'busy');
      },
    ],
    [throwsHopeless, () => Promise.reject(new HopelessError('no way')), { discardOn: [HopelessError] }],
    [throwsString, () => Promise.reject('just words')],
    [throwsNul, () => Promise.reject(new Error('a\0b\ud800c'))],
    [hangs, () => new Promise(() => {})],
  ]);
  await queue.start();
});

after(() => queue.close());

async function enqueue(task: Parameters<TestQueue['distributor']['distribute']>[1], payload: unknown = {}) {
  const { id } = await queue.distributor.distribute(queue.pool, task, payload);
  return id;
}

async function errorsOf(id: string) {
  const { rows } = await queue.pool.query(
    'select attempt, name, message, decision, stack, worker, retry_at from howdah.job_errors where job_id = $1 order by attempt',
    [id],
  );
  return rows;
}

test('a handler that returns completes its job', async () => {
  const job = await queue.untilState(await enqueue(returns), 'completed');
  assert.equal(job.attempt, 1);
  assert.equal(job.last_error, null);
});

test('a handler that throws has its job retried after the default delay', async () => {
  const before = Date.now();
  const id = await enqueue(throws);
  const job = await queue.untilState(id, 'retryable');
  const waitMs = job.run_at.getTime() - before;
  assert.ok(waitMs >= 15_000 && waitMs < 60_000, `first retry is 15 to 44 s away, not ${waitMs} ms`);
  assert.equal(job.last_error, 'first trouble');
  const [error] = await errorsOf(id);
  assert.deepEqual(
    [error.attempt, error.name, error.message, error.decision],
    [1, 'Error', 'first trouble', 'retry'],
  );
  assert.match(error.stack, /first trouble/);
  assert.match(error.worker, /^pool-/);
  assert.equal(error.retry_at.getTime(), job.run_at.getTime());
});

test('a job is discarded with its last error when its runs are used up', async () => {
  const id = await enqueue(throwsOnlyOnce);
  const job = await queue.untilState(id, 'discarded');
  assert.deepEqual([job.attempt, job.max_attempts, job.last_error], [1, 1, 'only trouble']);
  assert.equal((await errorsOf(id))[0].decision, 'discard');
});

test('SkipRetry discards the job at its first run, whatever retries are left', async () => {
  const job = await queue.untilState(await enqueue(skips), 'discarded');
  assert.deepEqual([job.attempt, job.max_attempts, job.last_error], [1, 26, 'never mind']);
});

test('a job that ends by a failure keeps who ran it last, and since when', async () => {
  for (const [task, state] of [
    [throwsOnlyOnce, 'discarded'],
    [skips, 'discarded'],
    [cancels, 'cancelled'],
  ] as const) {
    const id = await enqueue(task);
    await queue.untilState(id, state);
    const { rows } = await queue.pool.query(
      `select worker like 'pool-%' as by_a_pool, duration >= interval '0' as took_time, started_at <= finished_at as in_order
       from howdah.jobs where id = $1`,
      [id],
    );
    assert.deepEqual(rows, [{ by_a_pool: true, took_time: true, in_order: true }]);
  }
});

test('Cancel cancels the job', async () => {
  const job = await queue.untilState(await enqueue(cancels), 'cancelled');
  assert.equal(job.last_error, 'not wanted');
});

test('Snooze runs the job again without counting the run or recording an error', async () => {
  const id = await enqueue(snoozesOnce);
  const job = await queue.untilState(id, 'completed');
  assert.equal(job.attempt, 1);
  assert.equal(runs.get(id), 2);
  assert.deepEqual(await errorsOf(id), []);
});

test('RetryAfter retries after the time it names and counts each run', async () => {
  const id = await enqueue(retriesSoon);
  const job = await queue.untilState(id, 'completed');
  assert.equal(job.attempt, 3);
  assert.deepEqual(
    (await errorsOf(id)).map((error) => error.message),
    ['busy', 'busy'],
  );
});

test('an error that the task lists as hopeless discards the job', async () => {
  const job = await queue.untilState(await enqueue(throwsHopeless), 'discarded');
  assert.equal(job.last_error, 'no way');
});

test('a thrown value that is no Error is recorded as what it was', async () => {
  const job = await queue.untilState(await enqueue(throwsString), 'retryable');
  assert.match(job.last_error ?? '', /not an Error: just words/);
});

test('an error text that Postgres cannot store as it is does not lose the job', async () => {
  const job = await queue.untilState(await enqueue(throwsNul), 'discarded');
  assert.equal(job.last_error, 'ab\ufffdc');
});

test('a handler that ignores its time limit loses its run at the limit', async () => {
  const job = await queue.untilState(await enqueue(hangs), 'discarded');
  assert.equal(job.last_error, 'timed out after 30 ms');
});

test('a job put in by SQL for minus infinity runs, and its handler is told an instant', async () => {
  const put = `select id::text from graphile_worker.add_job('returns', '{}', run_at => '-infinity')`;
  const { rows } = await queue.pool.query(put);
  assert.equal((await queue.untilState(rows[0].id, 'completed')).attempt, 1);
});

test('a malformed payload put in by SQL is not retried, and the reason names the field but not its value', async () => {
  const { rows } = await queue.pool.query(
    `select id::text from graphile_worker.add_job('strict', '{"secret":"hunter2"}')`,
  );
  const job = await queue.untilState(rows[0].id, 'discarded');
  assert.equal(job.attempt, 1);
  assert.match(job.last_error ?? '', /malformed payload: payload\.secret: .*expected number/);
  assert.doesNotMatch(JSON.stringify([job.last_error, await errorsOf(job.id)]), /hunter2/);
});

test('an error that only looks like a verdict is kept as it is, whatever wait it speaks of', async () => {
  for (const delayMs of ['1e400', '-1', '1e15', 'null', '"x"']) {
    assert.equal(await parsed(`{"kind":"retry","delayMs":${delayMs}}`), null);
  }
  for (const kind of ['snooze', 'misfit']) assert.equal(await parsed(`{"kind":"${kind}"}`), null);
});

function parsed(verdict: string): Promise<unknown> {
  return scalar(queue, 'select howdah.parse_verdict($1)', [`howdah-verdict:${verdict}`]);
}
