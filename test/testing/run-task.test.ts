import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { z } from 'zod';
import { defineApp } from '../../src/app/define-app.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { RetryAfter, Revoke, SkipRetry, Snooze } from '../../src/tasks/outcomes.ts';
import { runTask } from '../../src/testing/run-task.ts';
import { JobCancelledError, ShutdownError } from '../../src/work/run/abort-reasons.ts';

interface Services {
  readonly send: (to: string) => Promise<string>;
}

const app = defineApp<Services>({ name: 'shop', tasks: [] });
const definition = defineTask({
  name: 'send_receipt',
  payload: z.strictObject({ to: z.string(), at: z.coerce.date().optional() }),
  queue: 'mail',
  maxRetries: 2,
});
const payload = { to: 'ada@example.com' };
const failing = (error: unknown) => app.handle(definition, () => Promise.reject(error));

test('a handler gets payload, job, services, signal and log; what it returns and reports is told', async () => {
  const task = app.handle(definition, async ({ to, at }, { job, services, log, progress, signal }) => {
    progress(10);
    progress(50, 'half way');
    log.info({ to, password: 'secret' }, 'sending');
    return { id: await services.send(to), job, isDate: at instanceof Date, isOver: signal.aborted };
  });
  const services = { send: async (to: string) => `mail to ${to}` };
  const given = { ...payload, at: new Date(0) };
  const run = await runTask(task, given, { services, attempt: 2, headers: { tenant: 'a' } });
  assert.deepEqual([run.outcome, run.error, run.completedIn], ['completed', undefined, undefined]);
  const result = run.result as { id: string; job: Record<string, unknown>; isDate: boolean; isOver: boolean };
  assert.deepEqual([result.id, result.isDate, result.isOver], ['mail to ada@example.com', true, false]);
  const { attempt, maxAttempts, task: name, queue, headers } = result.job;
  assert.deepEqual(
    [attempt, maxAttempts, name, queue, headers],
    [2, 3, 'send_receipt', 'mail', { tenant: 'a' }],
  );
  assert.deepEqual(run.progress, [
    { percent: 10, message: undefined },
    { percent: 50, message: 'half way' },
  ]);
  assert.deepEqual(run.logs, [
    {
      level: 'info',
      msg: 'sending',
      to: payload.to,
      job_id: '1',
      type: 'send_receipt',
      queue: 'mail',
      attempt: 2,
    },
  ]);
});

test('what a handler throws is judged as in a worker', async () => {
  const trouble = new Error('trouble');
  const retried = await runTask(failing(trouble), payload);
  assert.deepEqual([retried.outcome, retried.error], ['retryable', trouble]);
  assert.ok((retried.delayMs ?? 0) > 0);
  assert.equal((await runTask(failing(trouble), payload, { attempt: 3 })).outcome, 'discarded');
  assert.equal((await runTask(failing(new SkipRetry('no')), payload)).outcome, 'discarded');
  assert.equal((await runTask(failing(new Revoke('no')), payload)).outcome, 'cancelled');
  const snoozed = await runTask(failing(new Snooze(5_000)), payload, { attempt: 3 });
  assert.deepEqual([snoozed.outcome, snoozed.delayMs], ['snoozed', 5_000]);
  const later = await runTask(failing(new RetryAfter(7_000, 'told to')), payload);
  assert.deepEqual([later.outcome, later.delayMs], ['retryable', 7_000]);
  const policy = { classify: () => 'discard' as const };
  const judged = app.handle(definition, () => Promise.reject(trouble), policy);
  assert.equal((await runTask(judged, payload)).outcome, 'discarded');
});

test('a payload that does not fit is discarded, and the handler is not called', async () => {
  const task = app.handle(definition, () => assert.fail('called'));
  const { outcome, error } = await runTask(task, { to: 7 });
  assert.equal(outcome, 'discarded');
  assert.match(error?.message ?? '', /^malformed payload: payload\.to: /);
});

test('the time limit, the deadline and the signal end a run', async () => {
  const waits = app.handle(definition, (_, { signal }) => {
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  const late = await runTask(waits, payload, { timeoutMs: 20 });
  assert.deepEqual([late.outcome, late.error?.message], ['retryable', 'timed out after 20 ms']);
  const over = await runTask(waits, payload, { deadline: new Date(Date.now() - 1_000) });
  assert.equal(over.outcome, 'discarded');
  const ended = async (reason: unknown) => {
    const ending = new AbortController();
    setImmediate(() => ending.abort(reason));
    return (await runTask(waits, payload, { signal: ending.signal })).outcome;
  };
  assert.equal(await ended(new JobCancelledError()), 'cancelled');
  assert.equal(await ended(new ShutdownError()), 'returned');
  assert.equal(await ended(new Error('enough')), 'retryable');
});

test('a job is completed in a transaction, unless the handler throws after it', async () => {
  const tx = { query: () => assert.fail('nothing is written') };
  const completes = app.handle(definition, async (_, { completeInTransaction }) => {
    await completeInTransaction(tx, { sent: 1 });
    return 'ignored';
  });
  const run = await runTask(completes, payload);
  assert.deepEqual([run.outcome, run.result, run.completedIn], ['completed', { sent: 1 }, tx]);
  const rollsBack = app.handle(definition, async (_, { completeInTransaction }) => {
    await completeInTransaction(tx);
    throw new Error('rolled back');
  });
  const failed = await runTask(rollsBack, payload);
  assert.deepEqual([failed.outcome, failed.completedIn], ['retryable', undefined]);
  const pool = new pg.Pool();
  const outside = app.handle(definition, (_, { completeInTransaction }) => completeInTransaction(pool));
  assert.match((await runTask(outside, payload)).error?.message ?? '', /expected a transaction/);
});

test('a result that cannot be kept is noted', async () => {
  const returnsFunction = app.handle(definition, async () => [() => {}, 1234567890123456791n]);
  const { outcome, result, resultNote } = await runTask(returnsFunction, payload);
  assert.deepEqual(
    [outcome, result, resultNote],
    ['completed', [null, 1234567890123456791n], 'result[0]: a function'],
  );
  await assert.rejects(runTask(returnsFunction, payload, { attempt: 0 }), RangeError);
});

test('an isolated task runs in this thread, and without services as in its own', async () => {
  const isolated = app.handle(definition, async (_, { services }) => typeof services, { isolate: 'thread' });
  const services = { send: async () => '' };
  assert.equal((await runTask(isolated, payload, { services })).result, 'undefined');
});
