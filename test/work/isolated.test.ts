import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { createLogger } from '../../src/observability/logger.ts';
import type { BoundTask } from '../../src/tasks/bind.ts';
import { loadBoundTask } from '../../src/tasks/load-bound-task.ts';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const NAMES = ['spins-apart', 'throws-apart', 'tells-apart', 'exits-apart'];
const homeless = testTask('homeless', { maxRetries: 0 });
const works = testTask('works');

/** Threads that began since the worker was there, and have not ended. */
const threads = new Set<Worker>();
const track = (thread: Worker) => {
  threads.add(thread);
  thread.once('exit', () => threads.delete(thread));
};

let tasks: BoundTask<object>[];
let queue: TestQueue;
let lines: string[];

before(async () => {
  tasks = await Promise.all(
    NAMES.map((name) => loadBoundTask<object>(new URL(`../support/isolated/${name}.ts`, import.meta.url))),
  );
});

beforeEach(async () => {
  lines = [];
  queue = await openTestQueue([
    ...tasks,
    [works, async () => {}],
    [homeless, async () => {}, { isolate: 'thread' }],
  ]);
  await queue.start(
    3,
    createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } }),
  );
  process.on('worker', track);
});

afterEach(async () => {
  process.off('worker', track);
  await queue.close();
});

after(() => assert.equal(threads.size, 0));

async function enqueue(task: string, payload: object, options: object = {}): Promise<string> {
  const definition = [...tasks.map((each) => each.definition), works, homeless].find(
    ({ name }) => name === task,
  );
  assert.ok(definition);
  return (await queue.distributor.distribute(queue.pool, definition, payload, options)).id;
}

async function lastError(id: string) {
  const { rows } = await queue.pool.query(
    'select name, message, stack, decision, extract(epoch from retry_at - failed_at)::float8 as wait from howdah.job_errors where job_id = $1',
    [id],
  );
  return rows[0];
}

describe('a task with a thread for each run', () => {
  test('computes there while other runs of its worker go on, and its result comes back', async () => {
    const id = await enqueue('spins_apart', { ms: 3_000 });
    await waitFor('its thread to be there', () => threads.size > 0);
    const { id: neighbour } = await queue.distributor.distribute(queue.pool, works, {});
    await queue.untilState(neighbour, 'completed');
    assert.equal((await queue.job(id)).state, 'running');
    assert.equal((await queue.untilState(id, 'completed')).attempt, 1);
    const result = await scalar<{ threadId: number }>(
      queue,
      `select result from howdah.jobs where id = ${id}`,
    );
    assert.ok(result.threadId > 0);
  });

  test('is ended with its thread when its time limit has passed, whatever it does', async () => {
    const id = await enqueue('spins_apart', { ms: 600_000 }, { timeoutMs: 500, maxRetries: 0 });
    await waitFor('its thread to be there', () => threads.size > 0);
    await queue.untilState(id, 'discarded');
    await waitFor('the thread to be gone', () => threads.size === 0);
    assert.equal((await lastError(id)).name, 'JobTimeoutError');
  });

  test('is ended with its thread when its job is cancelled', async () => {
    const id = await enqueue('spins_apart', { ms: 600_000 });
    await waitFor('its thread to be there', () => threads.size > 0);
    await queue.pool.query('select howdah.cancel_job($1)', [id]);
    await queue.untilState(id, 'cancelled');
    await waitFor('the thread to be gone', () => threads.size === 0);
  });

  test('does not hold up the end of its worker', async () => {
    const processor = await queue.start([{ name: 'default', concurrency: 1 }]);
    const id = await enqueue('spins_apart', { ms: 600_000 });
    await waitFor('its thread to be there', () => threads.size > 0);
    await processor.stop(0);
    assert.notEqual((await queue.job(id)).state, 'completed');
  });

  test('tells of its progress, logs, and completes its job in a transaction of its own', async () => {
    await queue.pool.query('create table public.effects (job_id bigint)');
    const url = queue.database.connectionString;
    const id = await enqueue('tells_apart', { url, commits: true });
    await queue.untilState(id, 'completed');
    const { rows } = await queue.pool.query(
      'select progress, progress_message as message, result, (select count(*)::int from public.effects) as effects from howdah.jobs where id = $1',
      [id],
    );
    assert.deepEqual(rows, [{ progress: 40, message: 'under way', result: { done: true }, effects: 1 }]);
    const line = lines.map((each) => JSON.parse(each)).find(({ msg }) => msg === 'from the thread');
    assert.deepEqual(
      [line.job_id, line.type, line.level, line.has_services],
      [id, 'tells_apart', 'info', false],
    );

    const other = await enqueue('tells_apart', { url, commits: false }, { maxRetries: 0 });
    await queue.untilState(other, 'discarded');
    assert.equal(await scalar(queue, 'select count(*)::int from public.effects'), 1);
    assert.equal((await lastError(other)).message, 'rolled back');
  });
});

describe('what an isolated handler throws', () => {
  const cases = [
    { what: 'skip', state: 'discarded', name: 'SkipRetry', message: 'no use' },
    { what: 'cancel', state: 'cancelled', name: 'Cancel', message: 'not wanted' },
    { what: 'revoke', state: 'cancelled', name: 'Revoke', message: 'not wanted' },
    { what: 'listed', state: 'discarded', name: 'Error', message: 'the user is gone' },
    { what: 'later', state: 'retryable', name: 'RetryAfter', message: 'busy', wait: 120 },
    {
      what: 'plain',
      state: 'retryable',
      name: 'TypeError',
      message: 'the root (reported as: it broke)',
      wait: 240,
    },
    { what: 'query', state: 'retryable', name: 'Error', message: 'column "x" does not exist' },
    {
      what: 'text',
      state: 'retryable',
      name: 'Error',
      message: 'what was thrown is not an Error: only a text',
    },
  ];
  for (const { what, state, name, message, wait } of cases) {
    test(`is judged by its task's policy: ${what}`, async () => {
      const id = await enqueue('throws_apart', { what });
      await queue.untilState(id, state);
      const error = await lastError(id);
      assert.deepEqual([error.name, error.message], [name, message]);
      assert.doesNotMatch(error.stack ?? '', /SECRET/);
      if (wait !== undefined) assert.ok(Math.abs(error.wait - wait) < 1, `it waits for ${error.wait} s`);
      if (what === 'plain')
        assert.match(error.stack, /throws-apart\.ts:\d+[\s\S]*Caused by: Error: the root/);
    });
  }

  test('may be a Snooze, which does not count', async () => {
    const id = await enqueue('throws_apart', { what: 'snooze' });
    await queue.untilState(id, 'scheduled');
    assert.equal((await queue.job(id)).attempt, 0);
  });

  test('is an error that says so when its thread ends before it', async () => {
    const id = await enqueue('exits_apart', {});
    await queue.untilState(id, 'discarded');
    assert.match((await lastError(id)).message, /its thread ended with code 7 before its handler did/);
  });

  test('is nothing when the payload does not fit: no thread begins', async () => {
    await queue.pool.query(`select graphile_worker.add_job('spins_apart', '{"ms": "long"}')`);
    const id = await scalar<string>(queue, "select id from howdah.jobs where task = 'spins_apart'");
    await waitFor('it to have run', async () => (await queue.job(id)).last_error);
    assert.match((await queue.job(id)).last_error ?? '', /malformed payload: payload.ms: /);
    assert.equal(threads.size, 0);
  });

  test('says what is missing when the task was not loaded from a file', async () => {
    const id = await enqueue('homeless', {});
    await queue.untilState(id, 'discarded');
    assert.match((await lastError(id)).message, /isolate: 'thread' needs a file that a thread can load/);
  });
});
