import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type pg from 'pg';
import { openSession, type Session, untilBlocked } from '../../support/session.ts';
import { type LeasedJob, LeaseStage, verdict } from './lease-stage.ts';

let stage: LeaseStage;
let sessions: Session[] = [];

before(async () => {
  stage = await LeaseStage.open();
});

after(() => stage.close());

afterEach(async () => {
  for (const session of sessions) await session.end('rollback');
  sessions = [];
  await stage.clear();
});

async function open(): Promise<Session> {
  const session = await openSession(stage.pool);
  sessions.push(session);
  return session;
}

/** What a worker that lost its lease may still say. */
const LATE: Record<
  string,
  (lease: string, run: string, client: pg.ClientBase | pg.Pool) => Promise<unknown>
> = {
  completion: (lease, run, client) => stage.end(lease, run, null, client),
  'completion with a result': (lease, run, client) =>
    client.query(`select howdah.end_leased_run($1, $2, null, '"late"')`, [lease, run]),
  failure: (lease, run, client) => stage.end(lease, run, verdict('retry', 5), client),
  'return of the job': (lease, run, client) => stage.end(lease, run, verdict('return'), client),
  progress: (lease, run, client) =>
    client.query('select howdah.report_leased_progress($1, $2, 10, null)', [lease, run]),
};

async function assertRefused(lease: string, job: LeasedJob, act: () => Promise<unknown>): Promise<void> {
  const before = await stage.everything(job.id);
  await assert.rejects(act(), (error: { code?: string }) => ['HWLEA', 'HWLST'].includes(error.code ?? ''));
  assert.deepEqual(await stage.everything(job.id), before);
  await assert.rejects(stage.take(lease), { code: 'HWLEA' });
}

for (const [name, late] of Object.entries(LATE)) {
  describe(`a late ${name}`, () => {
    test('is refused once the lease is retired, before its jobs are given back', async () => {
      const { lease, job } = await stage.takeOne();
      await stage.runOut(lease);
      assert.deepEqual(await stage.retireDead(), [lease]);
      await assertRefused(lease, job, () => late(lease, job.run, stage.pool));
      assert.equal(await stage.untilReleased(lease), 1);
    });

    test('is refused once its job waits again, and once another worker has it', async () => {
      const { lease, job } = await stage.takeOne();
      await stage.runOut(lease);
      await stage.rescue();
      await assertRefused(lease, job, () => late(lease, job.run, stage.pool));
      const other = await stage.lease({ worker: 'py-2' });
      assert.equal((await stage.take(other))[0]?.id, job.id);
      await assertRefused(lease, job, () => late(lease, job.run, stage.pool));
    });

    test('that comes while the lease is being retired waits for that, and is refused', async () => {
      const { lease, job } = await stage.takeOne();
      const rescuer = await open();
      await rescuer.run(`select howdah.retire_runner($1, 'its lease ran out', 'expired')`, [lease]);
      const said = late(lease, job.run, stage.pool).then(
        () => 'taken',
        (error: { code?: string }) => error.code,
      );
      await untilBlocked(stage.pool, 1);
      await rescuer.end('commit');
      assert.ok(['HWLEA', 'HWLST'].includes((await said) ?? ''));
      assert.equal((await stage.queue.job(job.id)).state, 'running');
      assert.equal(await stage.untilReleased(lease), 1);
    });

    test('that is not committed yet is seen by who rescues: the retirement waits for it, and what it did holds', async () => {
      const { lease, job } = await stage.takeOne();
      await stage.runOut(lease);
      const worker = await open();
      await late(lease, job.run, worker.client);
      const retiring = stage.pool.query(`select howdah.retire_runner($1, 'its lease ran out', 'expired')`, [
        lease,
      ]);
      await untilBlocked(stage.pool, 1);
      await worker.end('commit');
      await retiring;
      const ended = await stage.everything(job.id);
      const released = await stage.release(lease);
      if (name === 'progress') assert.equal(released, 1);
      else {
        assert.equal(released, 0);
        assert.deepEqual(await stage.everything(job.id), ended);
      }
    });
  });
}

describe('a take', () => {
  test('that comes while its lease is being retired is refused, so that no job is held by a lease that is over', async () => {
    const id = await stage.put();
    const lease = await stage.lease();
    const rescuer = await open();
    await rescuer.run(`select howdah.retire_runner($1, 'its lease ran out', 'expired')`, [lease]);
    const taken = stage.take(lease).catch((error: { code?: string }) => error.code);
    await untilBlocked(stage.pool, 1);
    await rescuer.end('commit');
    assert.equal(await taken, 'HWLEA');
    assert.equal((await stage.queue.job(id)).state, 'available');
  });

  test('that is not committed yet is given back by who rescues, as the retirement waits for it', async () => {
    const id = await stage.put();
    const lease = await stage.lease();
    const worker = await open();
    const [row] = await worker.run<{ jobs: LeasedJob[] }>(`select jobs from howdah.take_jobs($1, 1, '{}')`, [
      lease,
    ]);
    assert.equal(row?.jobs.length, 1);
    const retiring = stage.pool.query(`select howdah.retire_runner($1, 'its lease ran out', 'expired')`, [
      lease,
    ]);
    await untilBlocked(stage.pool, 1);
    await worker.end('commit');
    await retiring;
    assert.equal(await stage.release(lease), 1);
    assert.equal((await stage.queue.job(id)).state, 'available');
  });
});

describe('a job that is unlocked by hand', () => {
  test('is not ended by the lease that had it, which is over', async () => {
    const { lease, job } = await stage.takeOne();
    await stage.pool.query(
      'select graphile_worker.force_unlock_workers(array(select pool_id from howdah.runners where token = $1))',
      [lease],
    );
    await assertRefused(lease, job, () => stage.end(lease, job.run));
  });
});

test('an end that waits for a lock on its job does not keep who rescues from retiring its lease', async () => {
  const { lease, job } = await stage.takeOne();
  const operator = await open();
  await operator.run('select from graphile_worker._private_jobs where id = $1 for update', [job.id]);
  const said = stage.end(lease, job.run).catch((error: { code?: string }) => error.code);
  await untilBlocked(stage.pool, 1);
  await stage.runOut(lease);
  assert.deepEqual(await stage.retireDead(), [lease]);
  assert.equal(await stage.release(lease), null, 'the job is left to the next call');
  await operator.end('commit');
  assert.equal(await said, 'HWLEA');
  assert.equal(await stage.untilReleased(lease), 1);
});
