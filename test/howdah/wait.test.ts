import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type pg from 'pg';
import { HowdahError } from '../../src/errors.ts';
import { createHowdah } from '../../src/howdah/create-howdah.ts';
import type { Howdah } from '../../src/howdah/howdah.ts';
import { openPool } from '../support/open-pool.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

const adds = testTask('adds');
const fails = testTask('fails', { maxRetries: 0 });
const hasCode = (code: string) => (error: unknown) => error instanceof HowdahError && error.code === code;
const hasName = (name: string) => (error: unknown) => error instanceof DOMException && error.name === name;

describe('wait', () => {
  let queue: TestQueue;
  let howdah: Howdah;
  before(async () => {
    queue = await openTestQueue([
      [adds, async () => 2],
      [
        fails,
        async () => {
          throw new Error('no paper');
        },
      ],
    ]);
    howdah = createHowdah({ connectionString: queue.database.connectionString });
    await queue.start();
  });
  after(async () => {
    await howdah.close();
    await queue.close();
  });

  test('resolves with the job once it has ended, however it did', async () => {
    const [good, bad] = await Promise.all(
      [adds, fails].map(async (task) => howdah.wait((await howdah.enqueueAlone(task, {})).id)),
    );
    assert.deepEqual([good?.state, good?.result], ['completed', 2]);
    assert.deepEqual([bad?.state, bad?.lastError], ['discarded', 'no paper']);
    assert.equal((await howdah.wait(good?.id ?? '')).state, 'completed', 'one that has ended before');
  });

  test('is over when its time is, or its signal fires; the job goes on', async () => {
    const { id } = await howdah.enqueueAlone(adds, {}, { delayMs: 60_000 });
    await assert.rejects(howdah.wait(id, { timeoutMs: 20 }), hasName('TimeoutError'));
    const giving = new AbortController();
    const waiting = howdah.wait(id, { signal: giving.signal });
    giving.abort(new Error('the browser left'));
    await assert.rejects(waiting, /the browser left/);
    assert.equal((await howdah.get(id))?.state, 'scheduled');
  });

  test('refuses an id that no job has, and a job that was not kept', async () => {
    await assert.rejects(howdah.wait('999999999'), hasCode('job_not_found'));
    const { id } = await howdah.enqueueAlone(adds, {}, { delayMs: 300, retentionMs: 0 });
    await assert.rejects(howdah.wait(id), /ended, and is not kept/);
  });

  test('outlives a database that is away for a while', async () => {
    let isAway = false;
    const pool = openPool(queue.database.connectionString);
    const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
    const away = Promise.withResolvers<void>();
    pool.connect = (async () => {
      if (!isAway) return connect();
      away.resolve();
      throw Object.assign(new Error('nobody there'), { code: 'ECONNREFUSED' });
    }) as typeof pool.connect;
    await using waiter = createHowdah({ pool });
    const { id } = await howdah.enqueueAlone(adds, {}, { delayMs: 60_000 });
    const waiting = waiter.wait(id);
    await waiter.get(id); // the wait is past its first look, which must be answered
    isAway = true;
    await away.promise;
    await howdah.cancel(id);
    isAway = false;
    assert.equal((await waiting).state, 'cancelled');
    await pool.end();
  });

  test('ends when the howdah is closed', async () => {
    const closed = createHowdah({ connectionString: queue.database.connectionString });
    const { id } = await closed.enqueueAlone(adds, {}, { delayMs: 60_000 });
    const waiting = closed.wait(id);
    await Promise.all([assert.rejects(waiting, hasName('AbortError')), closed.close()]);
  });
});
