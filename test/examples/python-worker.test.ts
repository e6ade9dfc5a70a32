import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { z } from 'zod';
import { createHowdah } from '../../src/howdah/create-howdah.ts';
import type { Howdah } from '../../src/howdah/howdah.ts';
import { createHttpHandler } from '../../src/start/http/create-http-handler.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';

const WORKER = new URL('../../examples/python/worker.py', import.meta.url).pathname;
const TOKEN = 'the-worker-of-the-example';
const python = spawnSync('python3', ['--version']);
const skip = python.status === 0 ? false : 'there is no python3 here';

const countWords = defineTask({
  name: 'count_words',
  payload: z.strictObject({ text: z.unknown(), seconds: z.number().optional() }),
});

/** The example with a task that ends as no worker may tell of it. */
const ODD_TASKS = `
import sys; sys.path.insert(0, sys.argv[1])
import worker
def odd(payload, job, should_stop):
    if payload["text"] == "no text": raise ValueError("an odd \\0 and half \\ud83d an elephant")
    return {"a set": {1}, "a lot": "x" * 2_000_000, "no number": float("nan")}.get(payload["text"])
worker.TASKS["count_words"] = odd
worker.main()`;

describe('examples/python/worker.py', { skip }, () => {
  let database: TestDatabase;
  let howdah: Howdah;
  let url: string;
  let close: () => Promise<void>;
  const children: ChildProcess[] = [];

  before(async () => {
    database = await createTestDatabase();
    const place = { connectionString: database.connectionString, tasks: [countWords], application: 'words' };
    howdah = createHowdah(place);
    const handler = createHttpHandler({ ...place, basePath: '/', workerToken: TOKEN });
    const server = createServer(handler.node).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    close = async () => {
      await handler.close();
      server.closeAllConnections();
      server.close();
    };
  });
  afterEach(async () => {
    for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
  });
  after(async () => {
    await close?.();
    await howdah?.close();
    await database?.drop();
  });

  function start(name: string, program: string[] = [WORKER]): ChildProcess {
    const env = {
      ...process.env,
      HOWDAH_URL: url,
      WORKER_TOKEN: TOKEN,
      WORKER_NAME: name,
      LEASE: '5s',
      no_proxy: '*',
    };
    const child = spawn('python3', program, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    children.push(child);
    return child;
  }

  const put = async (payload: { text: unknown; seconds?: number }) =>
    (await howdah.enqueueAlone(countWords, payload)).id;
  const ended = (id: string) => howdah.wait(id, { timeoutMs: 60_000 });
  const running = (id: string) =>
    waitFor(`job ${id} to run`, async () => (await howdah.get(id))?.state === 'running');

  test('runs jobs, keeps their results, and fails those that it cannot run', async () => {
    start('py-1');
    const done = await ended(await put({ text: 'three small words' }));
    assert.deepEqual([done.state, done.result], ['completed', { words: 3 }]);
    assert.match(done.worker ?? '', /^py-1\//);
    const wrong = await put({ text: 5 });
    const failed = await waitFor('a failure', async () => {
      const job = await howdah.get(wrong);
      return job?.state === 'retryable' ? job : undefined;
    });
    assert.match(failed.lastError ?? '', /'int' object has no attribute 'split'/);
    await howdah.cancel(wrong);
  });

  test('fails a job whose end cannot be told as the task has it, and goes on with the next', async () => {
    start('py-5', ['-B', '-c', ODD_TASKS, dirname(WORKER)]);
    for (const [text, message] of [
      ['a set', /set is not JSON serializable/],
      ['a lot', /413.*body_too_large.*at most 1024 KiB/],
      ['no number', /400.*invalid_json/],
      ['no text', /an odd \? and half \? an elephant/],
    ] as const) {
      const id = await put({ text });
      const failed = await waitFor(`the failure of ${text}`, async () => {
        const job = await howdah.get(id);
        return job?.state === 'retryable' ? job : undefined;
      });
      assert.match(failed.lastError ?? '', message);
      await howdah.cancel(id);
    }
    assert.equal((await ended(await put({ text: 'one' }))).state, 'completed');
  });

  test('that is killed loses its job to another, which runs it again', async () => {
    const first = start('py-1');
    const id = await put({ text: 'one two', seconds: 3 });
    await running(id);
    first.kill('SIGKILL');
    start('py-2');
    const job = await ended(id);
    assert.deepEqual([job.state, job.attempt, job.result], ['completed', 2, { words: 2 }]);
    assert.match(job.worker ?? '', /^py-2\//);
    assert.match(job.errors[0]?.message ?? '', /its worker was lost during this run: its lease ran out/);
  });

  test('keeps its lease while it works for longer than that lasts', async () => {
    start('py-1');
    const job = await ended(await put({ text: 'still here', seconds: 8 }));
    assert.deepEqual([job.state, job.attempt], ['completed', 1]);
  });

  test('stops working on a job that is cancelled', async () => {
    start('py-1');
    const id = await put({ text: 'never', seconds: 600 });
    await running(id);
    await howdah.cancel(id, { reason: 'not wanted' });
    assert.equal((await ended(id)).state, 'cancelled');
  });

  test('that is told to stop ends what it runs, and leaves nothing behind', async () => {
    const child = start('py-4');
    const id = await put({ text: 'to the end', seconds: 1 });
    const later = await put({ text: 'not now' });
    await running(id);
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
    assert.equal((await howdah.get(id))?.state, 'completed');
    const { state, attempt } = (await howdah.get(later)) ?? assert.fail();
    assert.deepEqual([state, attempt], ['available', 0]);
    assert.deepEqual(
      (await howdah.workers()).filter(({ host }) => host === 'py-4'),
      [],
    );
    await howdah.cancel(later);
  });

  test('that waits for jobs stops at once', async () => {
    const child = start('py-3');
    await waitFor('its lease', async () => (await howdah.workers()).some(({ host }) => host === 'py-3'));
    child.kill('SIGTERM');
    await once(child, 'exit');
    await waitFor(
      'its lease to be over',
      async () => !(await howdah.workers()).some(({ host }) => host === 'py-3'),
      3_000,
    );
  });
});
