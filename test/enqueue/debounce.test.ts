import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { EnqueueOptions } from '../../src/enqueue/enqueue-options.ts';
import { completeJob, fetchJob } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { stored, WAYS } from './enqueue-both-ways.ts';

const works = testTask('works');
const JOBS = 'graphile_worker._private_jobs';
const MINUTE_MS = 60_000;

let queue: TestQueue;
before(async () => {
  queue = await openTestQueue([[works, async () => {}]]);
});
afterEach(() => queue.pool.query(`delete from ${JOBS}`));
after(() => queue.close());

type Way = keyof typeof WAYS;

const put = (options: EnqueueOptions, way: Way = 'typeScript') =>
  WAYS[way](queue, queue.pool, { task: works, options: { key: 'k', ...options } });

/** As if the enqueues so far had been so long ago. */
async function passMinutes(id: string, minutes: number): Promise<void> {
  await queue.pool.query(
    `update ${JOBS} set run_at = run_at - $2::interval, created_at = created_at - $2::interval,
       flags = jsonb_set(flags, '{howdah,debounced_since}',
                         to_jsonb(howdah.iso_instant((flags #>> '{howdah,debounced_since}')::timestamptz - $2::interval)))
     where id = $1`,
    [id, `${minutes} minutes`],
  );
}

/** Whole minutes from now until it may run. */
async function minutesLeft(id: string): Promise<number> {
  const { rows } = await queue.pool.query<{ minutes: number }>(
    `select round(extract(epoch from run_at - now()) / 60)::int as minutes from ${JOBS} where id = $1`,
    [id],
  );
  return rows[0]?.minutes ?? Number.NaN;
}

for (const way of Object.keys(WAYS) as Way[]) {
  test(`each enqueue through ${way} puts the job off again, up to the maximum wait after the first`, async () => {
    const options = { debounceMs: 5 * MINUTE_MS, maxWaitMs: 12 * MINUTE_MS };
    const id = await put(options, way);
    const left = [await minutesLeft(id)];
    for (let round = 0; round < 4; round++) {
      await passMinutes(id, 4);
      assert.equal(await put(options, way), id);
      left.push(await minutesLeft(id));
    }
    assert.deepEqual(left, [5, 5, 4, 0, -4]);
  });
}

test('without a maximum wait there is no end to it; a maximum told later counts from the first enqueue', async () => {
  const id = await put({ debounceMs: 5 * MINUTE_MS });
  await passMinutes(id, 60);
  await put({ debounceMs: 5 * MINUTE_MS });
  assert.equal(await minutesLeft(id), 5);
  await passMinutes(id, 4);
  await put({ debounceMs: 5 * MINUTE_MS, maxWaitMs: 66 * MINUTE_MS });
  assert.equal(await minutesLeft(id), 2);
});

test('an enqueue while the job runs begins a new maximum wait with a new job', async () => {
  const options = { debounceMs: 5 * MINUTE_MS, maxWaitMs: 6 * MINUTE_MS };
  const id = await put(options);
  await passMinutes(id, 60);
  await fetchJob(queue, id);
  const next = await put(options);
  assert.notEqual(next, id);
  assert.equal(await minutesLeft(next), 5);
});

test('so does one after a run that failed, and one after the end', async () => {
  const options = { debounceMs: 5 * MINUTE_MS, maxWaitMs: 6 * MINUTE_MS };
  const id = await put(options);
  await passMinutes(id, 60);
  await fetchJob(queue, id);
  await queue.pool.query(
    `update ${JOBS} set last_error = 'no', run_at = now() + interval '1 s', locked_at = null, locked_by = null where id = $1`,
    [id],
  );
  assert.equal(await put(options), id);
  assert.equal(await minutesLeft(id), 5);
  await completeJob(queue, id);
  assert.equal(await minutesLeft(await put(options)), 5);
});

test('a job retried from the history begins a new maximum wait', async () => {
  const options = { debounceMs: 5 * MINUTE_MS, maxWaitMs: 6 * MINUTE_MS };
  const id = await put(options);
  await passMinutes(id, 60);
  await queue.pool.query('select howdah.cancel_job($1)', [id]);
  await queue.pool.query('select howdah.retry_job($1)', [id]);
  assert.equal(await put(options), id);
  assert.equal(await minutesLeft(id), 5);
});

test('an enqueue without debounce ends it, and one with it begins it for a job that waits without', async () => {
  const id = await put({ debounceMs: 5 * MINUTE_MS });
  assert.equal(await put({ delayMs: 9 * MINUTE_MS }), id);
  assert.deepEqual([await minutesLeft(id), (await stored(queue, id)).flags], [9, null]);
  assert.equal(await put({ debounceMs: 5 * MINUTE_MS, maxWaitMs: 6 * MINUTE_MS }), id);
  assert.equal(await minutesLeft(id), 5);
});

test('in a sequence, a parked job is put off too, and goes at the latest wish when its turn has come', async () => {
  const { id: head } = await queue.distributor.distribute(queue.pool, works, {}, { sequence: 's' });
  const options = { debounceMs: 5 * MINUTE_MS, maxWaitMs: 6 * MINUTE_MS, sequence: 's' };
  const id = await put(options);
  await queue.pool.query(
    `update ${JOBS} set flags = jsonb_set(flags, '{howdah,debounced_since}', to_jsonb(howdah.iso_instant(now() - interval '4 minutes')))
     where id = $1`,
    [id],
  );
  assert.equal(await put(options), id);
  assert.equal((await stored(queue, id)).wait_seconds, Number.POSITIVE_INFINITY);
  await completeJob(queue, head);
  assert.equal(await minutesLeft(id), 2);
});
