import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { z } from 'zod';
import { defineApp } from '../../src/app/define-app.ts';
import { PostgresDistributor } from '../../src/enqueue/postgres-distributor.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { SkipRetry, Snooze } from '../../src/tasks/outcomes.ts';
import { publish } from '../../src/tasks/publish.ts';
import { fixedDelay } from '../../src/tasks/retry-delay.ts';
import { createTestDatabase, type TestDatabase } from '../../src/testing/create-test-database.ts';
import { enqueued } from '../../src/testing/enqueued.ts';
import { type DueRun, runDue } from '../../src/testing/run-due.ts';
import { createEmptyDatabase, type TestDatabase as Server } from '../support/test-database.ts';

interface Services {
  readonly seen: string[];
}

const MINUTE = 60_000;
const distributor = new PostgresDistributor();
const note = defineTask({ name: 'note', payload: z.strictObject({ text: z.string() }) });
const mail = defineTask({ name: 'mail', payload: z.strictObject({ text: z.string() }), queue: 'mail' });
const fail = defineTask({ name: 'fail', payload: z.strictObject({ times: z.number() }), maxRetries: 3 });
const out = defineTask({ name: 'out', payload: z.strictObject({}) });
const fanOut = defineTask({ name: 'fan_out', payload: z.strictObject({ texts: z.array(z.string()) }) });

let server: Server;
let database: TestDatabase;

const shop = defineApp<Services>({ name: 'shop', tasks: [] });
const app = defineApp<Services>({
  name: 'shop',
  tasks: [
    shop.handle(note, async ({ text }, { services, log }) => {
      services.seen.push(text);
      log.info('noted');
      return { text };
    }),
    shop.handle(mail, async ({ text }, { services }) => void services.seen.push(`mail ${text}`)),
    shop.handle(
      fail,
      async ({ times }, { job }) => {
        if (times < 0) throw new SkipRetry('hopeless');
        if (times === 0) throw new Snooze(10 * MINUTE);
        if (job.attempt <= times) throw new Error(`trouble ${job.attempt}`);
      },
      { retryDelay: fixedDelay(30 * MINUTE) },
    ),
    publish(out, { kafka: {} }),
    shop.handle(fanOut, async ({ texts }) => {
      for (const [index, text] of texts.entries()) {
        await distributor.distribute(database.pool, index % 2 ? mail : note, { text }, { priority: -index });
      }
    }),
  ],
});

before(async () => {
  server = await createEmptyDatabase();
});

after(() => server.drop());

const services: Services = { seen: [] };

beforeEach(async () => {
  services.seen.length = 0;
  database = await createTestDatabase({ connectionString: server.connectionString, app });
});

afterEach(() => database.drop());

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * MINUTE);
const told = (runs: readonly DueRun[]) => runs.map((run) => `${run.task} ${run.attempt} ${run.outcome}`);

test('nothing is due in an empty database', async () => {
  assert.deepEqual(await runDue(app, { pool: database.pool, services }), []);
});

test('what is due runs one at a time, and what that enqueues, over all queues by priority', async () => {
  const { pool, connectionString } = database;
  await distributor.distribute(pool, fanOut, { texts: ['a', 'b', 'c', 'd'] });
  await distributor.distribute(pool, note, { text: 'last' }, { priority: 5 });
  await distributor.distribute(pool, note, { text: 'tomorrow' }, { runAt: inMinutes(24 * 60) });
  const runs = await runDue(app, { connectionString, services });
  assert.deepEqual(services.seen, ['mail d', 'c', 'mail b', 'a', 'last']);
  assert.deepEqual(told(runs).slice(0, 2), ['fan_out 1 completed', 'mail 1 completed']);
  const { jobId, logs, ...run } = runs.at(-1) as DueRun;
  assert.deepEqual(run, {
    ...{ task: 'note', queue: 'default', attempt: 1, payload: { text: 'last' }, outcome: 'completed' },
    ...{ result: { text: 'last' }, error: undefined, delayMs: undefined },
  });
  assert.deepEqual(
    logs.map(({ msg, job_id }) => [msg, job_id]),
    [['noted', jobId]],
  );
  const left = await enqueued(pool, note, { states: ['scheduled'] });
  assert.deepEqual(
    left.map(({ payload }) => payload.text),
    ['tomorrow'],
  );
  assert.equal((await enqueued(pool, undefined, { states: ['completed'] })).length, 6);
  assert.deepEqual(await runDue(app, { pool, services }), []);
});

test('time goes on to `until`: retries, snoozes and later jobs run when they would', async () => {
  const { pool } = database;
  await distributor.distribute(pool, fail, { times: 9 });
  await distributor.distribute(pool, note, { text: 'at 45' }, { runAt: inMinutes(45) });
  assert.deepEqual(told(await runDue(app, { pool, services })), ['fail 1 retryable']);
  const runs = await runDue(app, { pool, services, until: inMinutes(70) });
  assert.deepEqual(told(runs), ['fail 2 retryable', 'note 1 completed', 'fail 3 retryable']);
  assert.deepEqual([runs[0]?.error?.message, runs[0]?.delayMs], ['trouble 2', 30 * MINUTE]);
  const rest = await runDue(app, { pool, services, until: inMinutes(31) });
  assert.deepEqual(told(rest), ['fail 4 discarded']);
});

test('a snooze counts no attempt, a deadline and hopelessness discard', async () => {
  const { pool } = database;
  await distributor.distribute(pool, fail, { times: 0 });
  await distributor.distribute(pool, fail, { times: -1 });
  const options = { runAt: inMinutes(20), deadline: inMinutes(15) };
  await distributor.distribute(pool, note, { text: 'too late' }, options);
  const runs = await runDue(app, { pool, services, until: inMinutes(25) });
  assert.deepEqual(told(runs).slice(0, 3), ['fail 1 snoozed', 'fail 1 discarded', 'fail 1 snoozed']);
  assert.deepEqual(told(runs).slice(3).sort(), ['fail 1 snoozed', 'note 1 discarded']);
  assert.deepEqual(services.seen, []);
});

test('sequences run in order, keys replace, and the given number of runs is not exceeded', async () => {
  const { pool } = database;
  const sequence = 'orders';
  await distributor.distribute(pool, note, { text: '1' }, { sequence, runAt: inMinutes(5) });
  await distributor.distribute(pool, mail, { text: '2' }, { sequence, priority: -5 });
  await distributor.distribute(pool, note, { text: 'old' }, { key: 'k', priority: 9, runAt: inMinutes(6) });
  await distributor.distribute(pool, note, { text: 'new' }, { key: 'k', priority: 9, runAt: inMinutes(6) });
  const until = inMinutes(10);
  assert.equal((await runDue(app, { pool, services, until, maxJobs: 1 })).length, 1);
  assert.deepEqual(services.seen, ['1']);
  await runDue(app, { pool, services, until });
  assert.deepEqual(services.seen, ['1', 'mail 2', 'new']);
});

test('only the given queues run, and not one that is paused', async () => {
  const { pool } = database;
  await distributor.distribute(pool, note, { text: 'a' });
  await distributor.distribute(pool, mail, { text: 'b' });
  await runDue(app.tasks as never[], { pool, services, queues: ['mail'] });
  assert.deepEqual(services.seen, ['mail b']);
  await pool.query("select howdah.pause_queue('default')");
  assert.deepEqual(await runDue(app, { pool, services }), []);
});

test('a database must be named, once', async () => {
  await assert.rejects(runDue(app, { services }), /expected connectionString or pool, received neither/);
  const both = { services, pool: database.pool, connectionString: database.connectionString };
  await assert.rejects(runDue(app, both), /received both/);
});

test('no route is followed: handlers run, and jobs of a task that is only published wait on', async () => {
  const { pool } = database;
  await distributor.distribute(pool, out, {});
  await distributor.distribute(pool, note, { text: 'here' });
  const runs = await runDue({ ...app, routes: { note: 'rabbitmq' } }, { pool, services });
  assert.deepEqual([told(runs), services.seen], [['note 1 completed'], ['here']]);
  assert.equal((await enqueued(pool, out)).length, 1);
});
