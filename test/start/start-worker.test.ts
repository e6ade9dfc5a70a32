import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { defineApp } from '../../src/app/define-app.ts';
import { createHowdah } from '../../src/howdah/create-howdah.ts';
import type { Howdah } from '../../src/howdah/howdah.ts';
import { createEventHub } from '../../src/observability/event-hub.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { startWorker } from '../../src/start/start-worker.ts';
import { bind } from '../../src/tasks/bind.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

interface Services {
  greet(name: string): string;
}

const greet = defineTask({ name: 'greet', payload: z.strictObject({ name: z.string() }) });
const hang = defineTask({ name: 'hang', payload: z.strictObject({}) });
const tasks = [
  bind(greet, async ({ name }, { services }: { services: Services }) => services.greet(name)),
  bind(hang, (_, { signal }) => once(signal, 'abort')),
];
const app = defineApp<Services>({ name: 'greeter', tasks });
const services: Services = { greet: (name) => `Hello ${name}` };

describe('startWorker', () => {
  let database: TestDatabase;
  let howdah: Howdah;
  before(async () => {
    database = await createTestDatabase();
    howdah = createHowdah({ connectionString: database.connectionString, app });
  });
  after(async () => {
    await howdah.close();
    await database.drop();
  });
  const place = () => ({ connectionString: database.connectionString, queues: 'default:2' });

  test('runs jobs with the services it was given, and tells what happens', async () => {
    await using worker = await startWorker({ ...place(), app, services });
    const completed = Promise.withResolvers<string>();
    worker.on('job.completed', () => {
      throw new Error('a listener of no use');
    });
    const leave = worker.on('job.completed', ({ jobId }) => completed.resolve(jobId));
    const { id } = await howdah.enqueueAlone(greet, { name: 'Ada' });
    assert.equal(await completed.promise, id);
    const job = await howdah.wait(id, { timeoutMs: 10_000 });
    assert.deepEqual([job.state, job.result], ['completed', 'Hello Ada']);
    leave();
    for (const name of ['job.complete', 'error']) {
      assert.throws(() => worker.on(name as never, () => {}), {
        name: 'TypeError',
        message: /^on: expected one of job\.enqueued, .*, received "/,
      });
    }
    assert.throws(() => worker.on('job.completed', 5 as never), {
      message: /expected a function .* received 5$/,
    });
    const { ready, checks } = await worker.ready();
    assert.equal(ready, true, JSON.stringify(checks));
    assert.deepEqual(worker.processor.idleQueues(), []);
  });

  test('leaves signals and the end of the process alone', async () => {
    const signals = ['SIGTERM', 'SIGINT', 'SIGTSTP', 'uncaughtException', 'unhandledRejection', 'exit'];
    const count = () => signals.map((signal) => process.listenerCount(signal));
    const before = count();
    const worker = await startWorker({ ...place(), app, services });
    assert.deepEqual(count(), before);
    await howdah.wait((await howdah.enqueueAlone(greet, { name: 'Ada' })).id);
    await worker.stop();
    assert.deepEqual(count(), before);
  });

  test('stops: running jobs get their time and go back, and others can start again', async () => {
    const events = createEventHub();
    const worker = await startWorker({ ...place(), app, services, events });
    const started = once(events, 'job.started');
    const { id } = await howdah.enqueueAlone(hang, {});
    await started;
    await Promise.all([worker.stop({ timeoutMs: 50 }), worker.stop()]);
    assert.equal((await worker.ready()).ready, false);
    const job = await howdah.get(id);
    assert.deepEqual([job?.state, job?.attempt], ['available', 0]);
    assert.deepEqual(await howdah.workers(), []);
    await howdah.cancel(id);
  });

  test('waits for running jobs as long as it is told to, be that for ever', async () => {
    const held = Promise.withResolvers<string>();
    const waiting: Services = { greet: () => held.promise as unknown as string };
    const events = createEventHub();
    const worker = await startWorker({ ...place(), app, services: waiting, events });
    const started = once(events, 'job.started');
    const { id } = await howdah.enqueueAlone(greet, { name: 'Ada' });
    await started;
    const stopped = worker.stop({ timeoutMs: Number.POSITIVE_INFINITY });
    await delay(50); // a timer that took it for none would have fired
    held.resolve('Hello at last');
    await stopped;
    const job = await howdah.get(id);
    assert.deepEqual([job?.state, job?.result], ['completed', 'Hello at last']);
  });

  test('fails with what kept it from starting, though closing fails as well', async () => {
    const failing = defineApp<Services>({
      name: 'greeter',
      tasks,
      openServices({ defer }) {
        defer(() => Promise.reject(new Error('nothing to close')));
        throw new Error('no bucket');
      },
    });
    const lines: string[] = [];
    const log = createLogger({ destination: { write: (line) => void lines.push(line) } });
    await assert.rejects(startWorker({ ...place(), app: failing, log }), /^Error: no bucket$/);
    assert.ok(lines.some((line) => line.includes('nothing to close')));
  });

  test('becomes quiet: it takes no more jobs, and says so', async () => {
    await using worker = await startWorker({ ...place(), app, services });
    await worker.quiet();
    const { id } = await howdah.enqueueAlone(greet, { name: 'Ada' });
    assert.match(JSON.stringify((await worker.ready()).checks['runners']), /quiet/);
    assert.equal((await howdah.get(id))?.state, 'available');
    await howdah.cancel(id);
  });

  test('has others beside it in one process', async () => {
    const other: Services = { greet: (name) => `Hi ${name}` };
    const critical = 'critical:1';
    await using one = await startWorker({ ...place(), app, services });
    await using two = await startWorker({ ...place(), queues: critical, app, services: other });
    assert.deepEqual((await howdah.workers()).map(({ queue }) => queue).sort(), ['critical', 'default']);
    const jobs = ['default', 'critical'].map(async (queue) => {
      const { id } = await howdah.enqueueAlone(greet, { name: 'Ada' }, { queue });
      return (await howdah.wait(id)).result;
    });
    assert.deepEqual(await Promise.all(jobs), ['Hello Ada', 'Hi Ada']);
    await one.stop();
    assert.equal((await two.ready()).ready, true);
  });

  test('opens what the application opens, and closes it after its jobs', async () => {
    const calls: string[] = [];
    const opening = defineApp<Services>({
      name: 'greeter',
      tasks,
      openServices({ pool, defer, role }) {
        calls.push(`open ${role}`);
        defer(async () => calls.push(`close ${(await pool.query('select 1 as n')).rows[0].n}`));
        return services;
      },
    });
    const lines: string[] = [];
    const log = createLogger({ destination: { write: (line) => void lines.push(line) } });
    const worker = await startWorker({ ...place(), app: opening, log });
    await howdah.wait((await howdah.enqueueAlone(greet, { name: 'Ada' })).id);
    await assert.rejects(
      worker.stop({ timeout: 1 } as never),
      /^TypeError: stop: timeout: there is no such option, but timeoutMs$/,
    );
    await assert.rejects(
      worker.stop({ timeoutMs: '8s' } as never),
      /^TypeError: stop: timeoutMs: expected milliseconds/,
    );
    await worker.stop();
    assert.deepEqual(calls, ['open worker', 'close 1']);
    assert.ok(lines.some((line) => line.includes('task completed')));
  });

  test('refuses what is out of range, all at once and by its name', async () => {
    const wrong = { queues: 'default', shutdownTimeoutMs: -1, auditRetentionMs: 1 };
    await assert.rejects(startWorker({ ...place(), ...wrong, app }), ({ message }: Error) => {
      for (const name of Object.keys(wrong)) assert.match(message, new RegExp(`^  ${name}: expected`, 'm'));
      return true;
    });
    await assert.rejects(startWorker({ ...place(), queues: [], app }), /queues/);
    await assert.rejects(startWorker({ ...place() } as never), /app: expected what defineApp returns/);
    await assert.rejects(startWorker({ ...place(), connectionString: 'mysql://x', app }), /connectionString/);
    const gone = { ...place(), connectionString: 'postgres://nobody@127.0.0.1:1/x' };
    await assert.rejects(startWorker({ ...gone, app }), { name: 'StartupError' });
  });

  test('gives up when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('never mind'));
    await assert.rejects(startWorker({ ...place(), app, services, signal }), /never mind/);
    assert.deepEqual(await howdah.workers(), []);
  });
});
