import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const waits = testTask('waits');
const works = testTask('works');
const PLACES = 3;

let queue: TestQueue;
let letGo: PromiseWithResolvers<void>;
/** By the worker that runs it. */
let begun: string[];

beforeEach(async () => {
  letGo = Promise.withResolvers();
  begun = [];
  queue = await openTestQueue([
    [works, async () => {}],
    [
      waits,
      async (_, { job }) => {
        begun.push(job.id);
        await letGo.promise;
      },
    ],
  ]);
});
afterEach(async () => {
  letGo.resolve();
  await queue.close();
});

const start = () => queue.start([{ name: 'default', concurrency: PLACES }]);

async function enqueue(count: number, task = waits): Promise<string[]> {
  const requests = Array.from({ length: count }, () => ({ task, payload: {} }));
  return (await queue.distributor.distributeMany(queue.pool, requests)).map(({ id }) => id);
}

async function untilSharedOut(): Promise<void> {
  await waitFor('all jobs to run at once', () => begun.length === 2 * PLACES);
  const { rows } = await queue.pool.query(`
    select count(*)::integer as jobs from graphile_worker._private_jobs
    where locked_by is not null group by locked_by order by 1`);
  assert.deepEqual(rows, [{ jobs: PLACES }, { jobs: PLACES }]);
}

describe('two workers share jobs that fill the places of both', () => {
  test('when the jobs are there before the workers', async () => {
    await enqueue(2 * PLACES);
    await start();
    await start();
    await untilSharedOut();
  });

  test('when the workers are there before the jobs', async () => {
    await start();
    await start();
    await enqueue(2 * PLACES);
    await untilSharedOut();
  });

  test('when one of them held them ready after many short jobs: it gives back what does not begin', async () => {
    await start();
    const short = await enqueue(2_000, works);
    await enqueue(2 * PLACES);
    await queue.untilState(short.at(-1) ?? '', 'completed');
    await start();
    await untilSharedOut();
  });
});

test('a worker takes the next job as soon as one of its long ones ends', async () => {
  await start();
  await enqueue(2 * PLACES);
  await waitFor('its places to be taken', () => begun.length === PLACES);
  assert.equal(begun.length, PLACES);
  letGo.resolve();
  await waitFor('the others to run too', () => begun.length === 2 * PLACES);
});
