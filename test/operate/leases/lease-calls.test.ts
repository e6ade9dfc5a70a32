import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { DueWatch } from '../../../src/operate/leases/due-watch.ts';
import { endLease } from '../../../src/operate/leases/end-lease.ts';
import { endLeasedRun, openLease, takeJobs } from '../../../src/operate/leases/lease-calls.ts';
import { LeaseRescuer } from '../../../src/operate/leases/lease-rescuer.ts';
import { takeWithin } from '../../../src/operate/leases/take-within.ts';
import { waitFor } from '../../support/wait-for.ts';
import { LeaseStage } from './lease-stage.ts';

let stage: LeaseStage;

before(async () => {
  stage = await LeaseStage.open();
});

after(() => stage.close());

afterEach(() => stage.clear());

const REQUEST = { worker: 'py-1', tasks: ['leased'], maxJobs: 2, leaseMs: 60_000 };

describe('a lease', () => {
  test('is opened with the jobs there are in one statement, each digit of a payload kept', async () => {
    await stage.pool.query(`select howdah.enqueue('leased', '{"n": 12345678901234567890}')`);
    const { lease, jobs } = await openLease(stage.pool, REQUEST);
    assert.deepEqual(
      [lease.worker, lease.queue, lease.max_jobs, lease.is_paused],
      ['py-1', 'default', 2, false],
    );
    assert.deepEqual(
      jobs.map(({ payload }) => payload),
      [{ n: 12345678901234567890n }],
    );
    assert.deepEqual((await takeJobs(stage.pool, lease.id, { maxJobs: 2, runs: [] })).jobs, []);
  });

  test('tells how long a run took, once', async () => {
    await stage.put();
    const { lease, jobs } = await openLease(stage.pool, REQUEST);
    const claim = { lease: lease.id, run: jobs[0]?.run ?? '' };
    const { durationMs, ...ended } = await endLeasedRun(stage.pool, claim, { result: '"done"' });
    assert.ok(durationMs !== null && durationMs > 0);
    const run = {
      task: 'leased',
      queue: 'default',
      attempt: 1,
      maxAttempts: 26,
      jobId: jobs[0]?.id,
      worker: 'py-1',
    };
    assert.deepEqual(ended, { ...run, state: 'completed', isRepeat: false });
    const again = await endLeasedRun(stage.pool, claim, {});
    assert.deepEqual(again, { ...run, state: 'completed', isRepeat: true, durationMs: null });
  });

  test('that its worker ends gives back what it held, and is forgotten', async () => {
    const id = await stage.put();
    const { lease } = await openLease(stage.pool, REQUEST);
    const end = { as: 'stopped', because: 'stopped' };
    assert.equal((await endLease(stage.pool, lease.id, end)).jobs, 1);
    assert.equal((await stage.queue.job(id)).attempt, 0);
    assert.equal((await endLease(stage.pool, lease.id, end)).jobs, 0);
    const { rows } = await stage.pool.query('select from howdah.runners');
    assert.equal(rows.length, 0);
  });
});

describe('who watches leases', () => {
  test('gives back what they held when they ran out, tells of it, and rests when there are none', async () => {
    const id = await stage.put();
    const { lease } = await openLease(stage.pool, REQUEST);
    const rescues: unknown[] = [];
    const stopping = new AbortController();
    const rescuer = new LeaseRescuer({
      db: stage.pool,
      onRescued: ({ token, as, jobs, byTask }) => rescues.push({ token, as, jobs, byTask }),
      onError: (error) => assert.fail(String(error)),
      stopping: stopping.signal,
    });
    rescuer.watch();
    await stage.runOut(lease.id);
    await stage.queue.untilState(id, 'available');
    await waitFor('the rescue to be told', async () => rescues.length > 0);
    const byTask = [{ task: 'leased', ended: null, hadBegun: true, jobs: 1 }];
    assert.deepEqual(rescues, [{ token: lease.id, as: 'expired', jobs: 1, byTask }]);
    stopping.abort();
  });
});

describe('who waits for jobs', () => {
  test('is told when the queue has one that is due, and not by one that is paused or for later', async () => {
    const watch = new DueWatch(stage.pool);
    const { signal } = new AbortController();
    const wait = async (waitMs: number) => {
      const beganAt = performance.now();
      await watch.untilDue('default', { waitMs, signal });
      return performance.now() - beganAt < waitMs - 5; // a timer fires up to a millisecond early
    };
    await stage.put({}, { delay: '1 h' });
    assert.equal(await wait(300), false);
    const told = wait(60_000);
    await stage.put({}, { priority: 5 });
    assert.equal(await told, true);
    await stage.pool.query(`select howdah.pause_queue('default')`);
    assert.equal(await wait(300), false);
  });

  test('is given the lease with no jobs when they cannot be looked for any more, as it was opened', async () => {
    const opened = await openLease(stage.pool, REQUEST);
    const watch = new DueWatch({ query: async () => assert.fail('the connection is lost') });
    const { signal } = new AbortController();
    const take = async () => assert.fail('it was tried again');
    assert.equal(await takeWithin(opened, take, { watch, waitMs: 60_000, signal }), opened);
  });

  test('is let go when its client leaves', async () => {
    const leaving = new AbortController();
    const waited = new DueWatch(stage.pool).untilDue('default', { waitMs: 60_000, signal: leaving.signal });
    leaving.abort();
    await waited;
  });
});
