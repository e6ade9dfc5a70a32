import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { TaskDefinition } from '../../src/tasks/define-task.ts';
import { fixedDelay } from '../../src/tasks/retry-delay.ts';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const works = testTask('works');

/** What a busy machine may add to 10 s. */
const PATIENCE_MS = 60_000;

let queue: TestQueue;
let deaf: TaskDefinition;
let letGo: () => void;

/** Handlers of the task `deaf` that began and have not ended, by job. */
let alive: string[];
let worked: string[];
let firedAt: number[];

async function open({
  abandonAfterMs,
  timeoutMs = 500,
}: {
  abandonAfterMs?: number;
  timeoutMs?: number;
} = {}) {
  deaf = testTask('deaf', { timeoutMs });
  alive = [];
  worked = [];
  firedAt = [];
  const released = Promise.withResolvers<void>();
  letGo = released.resolve;
  const policy = { retryDelay: fixedDelay(0), ...(abandonAfterMs === undefined ? {} : { abandonAfterMs }) };
  queue = await openTestQueue([
    [
      deaf,
      async (_, { job, signal }) => {
        signal.addEventListener('abort', () => firedAt.push(performance.now()));
        alive.push(job.id);
        await released.promise;
        alive.splice(alive.indexOf(job.id), 1);
      },
      policy,
    ],
    [works, async (_, { job }) => void worked.push(job.id)],
  ]);
}

afterEach(async () => {
  letGo();
  await queue.close();
});

const enqueue = async (task = deaf) => (await queue.distributor.distribute(queue.pool, task, {})).id;
const explanation = (id: string) =>
  scalar<string>(queue, `select explanation from howdah.explain_job(${id})`);

test('handlers that ignore their time limit keep their places for 10 s, and their jobs do not run again before', async () => {
  await open();
  const abandonedAt: number[] = [];
  queue.events.on('job.abandoned', () => abandonedAt.push(performance.now()));
  await queue.start([{ name: 'default', concurrency: 3 }]);
  const ids = [await enqueue(), await enqueue(), await enqueue()];
  await waitFor('all to run', () => alive.length === 3);
  const next = await enqueue(works);
  await waitFor('their signals to fire', () => firedAt.length === 3);
  await waitFor('howdah.workers to name them', async () => {
    const { rows } = await queue.pool.query('select abandoned::text[] as ids, running from howdah.workers');
    return rows[0].running === 3 && rows[0].ids.length === 3;
  });
  assert.match(
    await explanation(ids[0] ?? ''),
    /ignores its signal and is still at work .*: it keeps its place/,
  );
  await waitFor(
    'the first to be left behind',
    () => {
      assert.ok(abandonedAt.length > 0 || (alive.length === 3 && worked.length === 0));
      return abandonedAt.length > 0;
    },
    PATIENCE_MS,
  );
  assert.ok((abandonedAt[0] ?? 0) - (firedAt[0] ?? 0) > 9_900);
  await waitFor('the next job to have its turn', () => worked.includes(next));
  await waitFor('a run beside the one that was left behind', () => alive.length > 3);
});

test('a handler that ends late, but in time, is not left behind, and its job runs again only then', async () => {
  await open({ abandonAfterMs: PATIENCE_MS });
  const abandoned: string[] = [];
  queue.events.on('job.abandoned', ({ jobId }) => abandoned.push(jobId));
  await queue.start([{ name: 'default', concurrency: 2 }]);
  const id = await enqueue();
  await waitFor('its signal to fire', () => firedAt.length === 1);
  await waitFor('two heartbeats', async () => (await beatNumber()) > 3);
  assert.deepEqual([alive, (await queue.job(id)).state], [[id], 'running']);
  letGo();
  assert.equal((await queue.untilState(id, 'completed')).attempt, 2);
  assert.deepEqual(abandoned, []);
  const { rows } = await queue.pool.query(
    'select name from howdah.job_errors where job_id = $1 and attempt = 1',
    [id],
  );
  assert.deepEqual(rows, [{ name: 'JobTimeoutError' }]);
});

test('a job that is lost to others keeps its place here while its handler goes on', async () => {
  await open({ abandonAfterMs: PATIENCE_MS, timeoutMs: 0 });
  await queue.start([{ name: 'default', concurrency: 1 }]);
  const id = await enqueue();
  await waitFor('it to run', () => alive.length === 1);
  const pool = await scalar<string>(queue, 'select pool_id from howdah.runners');
  await queue.pool.query('select graphile_worker.force_unlock_workers(array[$1])', [pool]);
  await waitFor('it to be lost, and taken by nobody, as the only place is not free', () =>
    scalar(queue, `select count(*) = 1 from howdah.jobs where id = ${id} and worker is null`),
  );
  await waitFor('its handler to be named', () =>
    scalar(queue, `select count(*) > 0 from howdah.workers where ${id} = any (abandoned)`),
  );
  assert.match(
    await explanation(id),
    /ignores its signal and is still at work .*: it belongs to a run that is over/,
  );
  assert.deepEqual([alive, firedAt.length], [[id], 1]);
  letGo();
  await queue.untilState(id, 'completed');
});

test('a worker that stops does not wait for handlers that ignore it', async () => {
  await open({ abandonAfterMs: PATIENCE_MS });
  const processor = await queue.start([{ name: 'default', concurrency: 2 }]);
  const ids = [await enqueue(), await enqueue()];
  await waitFor('one to be over its limit', () => firedAt.length > 0);
  const beganAt = performance.now();
  await processor.stop(100);
  assert.ok(performance.now() - beganAt < 10_000);
  for (const id of ids) assert.notEqual((await queue.job(id)).state, 'running');
  assert.equal(alive.length, 2);
});

function beatNumber(): Promise<number> {
  return scalar<number>(queue, 'select max(beat_number)::int from howdah.runners');
}
