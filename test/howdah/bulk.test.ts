import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { HowdahError } from '../../src/errors.ts';
import { createHowdah } from '../../src/howdah/create-howdah.ts';
import type { Howdah } from '../../src/howdah/howdah.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

const works = testTask('works');
const ALL = { task: 'works' };

let queue: TestQueue;
let howdah: Howdah;
before(async () => {
  queue = await openTestQueue([[works, async () => {}]]);
  howdah = createHowdah({ pool: queue.pool, tasks: [works], application: 'bank', actor: 'shop' });
});
afterEach(() =>
  queue.pool.query('truncate howdah.job_history, howdah.audit_log, graphile_worker._private_jobs'),
);
after(async () => {
  await howdah.close();
  await queue.close();
});

/** So many jobs that wait for an hour, the oldest first. */
async function enqueue(count: number): Promise<string[]> {
  const job = { task: works, payload: {}, options: { delayMs: 3_600_000 } };
  const jobs = await howdah.transaction((tx) =>
    howdah.enqueueMany(
      tx,
      Array.from({ length: count }, () => job),
    ),
  );
  return jobs.map(({ id }) => id);
}

const statesOf = async (ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (await howdah.get(id))?.state));

const mistaken = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof HowdahError && error.code === code && message.test(error.message);

describe('what is done to many jobs', () => {
  test('is counted first, done to the oldest, and told of', async () => {
    const ids = await enqueue(3);
    assert.deepEqual(await howdah.bulk.cancel(ALL, { dryRun: true }), {
      ...{ action: 'cancel', isDryRun: true, matched: 3, changed: 0, skipped: 0, isComplete: true },
    });
    assert.deepEqual(await howdah.bulk.cancel(ALL, { max: 2, reason: 'the campaign is off' }), {
      ...{ action: 'cancel', isDryRun: false, matched: 2, changed: 2, skipped: 0, isComplete: false },
    });
    assert.deepEqual(await statesOf(ids), ['cancelled', 'cancelled', 'scheduled']);
    assert.equal((await howdah.get(ids[0] ?? ''))?.lastError, 'the campaign is off');
    const { rows } = await queue.pool.query(
      `select action, actor, job_ids::text[] as ids from howdah.audit_log where action like '%cancel%'`,
    );
    assert.deepEqual(
      rows.map(({ actor, ids: told }) => [actor, told]),
      [['shop', ids.slice(0, 2)]],
    );
  });

  test('is each of four things', async () => {
    const ids = await enqueue(2);
    assert.equal((await howdah.bulk.runNow(ALL)).changed, 2);
    assert.deepEqual(await statesOf(ids), ['available', 'available']);
    assert.equal((await howdah.bulk.discard({ queue: 'default' })).changed, 2);
    assert.deepEqual(await statesOf(ids), ['discarded', 'discarded']);
    assert.equal((await howdah.bulk.retry(ALL)).changed, 2);
    assert.deepEqual(await statesOf(ids), ['available', 'available']);
    assert.equal((await howdah.bulk.cancel(ALL)).changed, 2);
    assert.equal((await howdah.bulk.retry(ALL)).matched, 0);
    assert.equal((await howdah.bulk.retry({ ...ALL, states: ['cancelled'] })).changed, 2);
  });

  test('has a condition at least, and none that is misspelt', async () => {
    await enqueue(1);
    const refused = [
      [{}, {}, /filter: expected at least one condition/],
      [{ queue: undefined }, {}, /filter: expected at least one condition/],
      [{ task: 'works', state: 'running' }, {}, /^state: there is no such condition/],
      [ALL, { reason: 'a\ud800' }, /reason: expected text without/],
      [ALL, { max: 0 }, /max: expected a whole number 1 to 100000, received 0/],
      [ALL, { dry_run: true }, /^dry_run: there is no such option, but dryRun/],
      [ALL, { dryRun: 'yes' }, /^dryRun: expected true or false, received "yes"/],
      [ALL, { reason: 5 }, /^reason: expected text, received 5/],
      [ALL, null, /^options: expected an object, received null/],
      [null, {}, /^filter: expected an object, received null/],
      [{ ...ALL, key: null }, {}, /^key: expected a text of a character or more, received null/],
      [{ ...ALL, states: null }, {}, /^states: expected a value, or none to have any, received null/],
      [{ error: 5 }, {}, /^error: expected a text of a character or more, received 5/],
      [{ payloadContains: 'a\0' }, {}, /^payloadContains: expected text without/],
    ] as const;
    for (const [filter, options, message] of refused) {
      const cancelled = howdah.bulk.cancel(filter as never, options as never);
      await assert.rejects(cancelled, mistaken('invalid_request', message));
    }
    assert.equal((await howdah.bulk.cancel({ payloadContains: { n: 2n ** 64n } })).matched, 0);
    const wrongState = { states: ['running'] } as const;
    await assert.rejects(howdah.bulk.retry(wrongState), mistaken('invalid_options', /received "running"/));
    await assert.rejects(howdah.bulk.retry({ queue: 'nowhere' }), mistaken('unknown_queue', /nowhere/));
    assert.equal((await howdah.bulk.cancel(ALL)).changed, 1);
  });

  test('stops between two transactions when it is told to', async () => {
    await enqueue(1);
    const { changed, isComplete } = await howdah.bulk.cancel(ALL, { signal: AbortSignal.abort() });
    assert.deepEqual([changed, isComplete], [0, false]);
  });

  test('says how far it came when it fails, and goes on there', async () => {
    const ids = await enqueue(1_001);
    await queue.pool.query(`
      create function public.refuse() returns trigger language plpgsql as $$ begin raise exception 'not this one'; end $$;
      create trigger a_refuse before delete on graphile_worker._private_jobs for each row
      when (old.id = ${ids.at(-1)}) execute function public.refuse()`);
    await assert.rejects(howdah.bulk.cancel(ALL, { max: 5_000 }), (error) => {
      assert.ok(error instanceof HowdahError);
      assert.match(error.message, /not this one; 1000 jobs had been changed before that/);
      return error.details['changed'] === 1_000;
    });
    await queue.pool.query('drop function public.refuse() cascade');
    assert.equal((await howdah.bulk.cancel(ALL, { max: 5_000 })).changed, 1);
  });
});
