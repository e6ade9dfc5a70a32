import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { LeaseStage, verdict } from './lease-stage.ts';

let stage: LeaseStage;

before(async () => {
  stage = await LeaseStage.open();
});

after(() => stage.close());

afterEach(() => stage.clear());

describe('a leased run', () => {
  const ENDS: [string | null, string, string][] = [
    [null, 'completed', 'completed'],
    [verdict('retry', 60_000), 'waiting', 'retryable'],
    [verdict('retry'), 'waiting', 'retryable'],
    [verdict('discard'), 'discarded', 'discarded'],
    [verdict('cancel'), 'cancelled', 'cancelled'],
    [verdict('snooze', 60_000), 'waiting', 'scheduled'],
    [verdict('return'), 'waiting', 'available'],
  ];
  for (const [failure, state, shown] of ENDS) {
    const how = failure === null ? 'completed' : (JSON.parse(failure.slice(15)) as { kind: string }).kind;
    test(`that is ended as ${how} is so, and to say it again changes nothing`, async () => {
      const { lease, job } = await stage.takeOne();
      assert.deepEqual(await stage.end(lease, job.run, failure), { state, isRepeat: false });
      assert.equal((await stage.queue.job(job.id)).state, shown);
      const after = await stage.everything(job.id);
      assert.deepEqual(await stage.end(lease, job.run, failure), { state, isRepeat: true });
      assert.deepEqual(await stage.everything(job.id), after);
    });
  }

  test('that fails its last attempt is discarded', async () => {
    const { lease, job } = await stage.takeOne({ max_retries: 0 });
    assert.equal((await stage.end(lease, job.run, verdict('retry'))).state, 'discarded');
  });

  test('of a job that was cancelled meanwhile ends so, whatever its worker says, which is told', async () => {
    const { lease, job } = await stage.takeOne();
    await stage.pool.query('select howdah.cancel_job($1)', [job.id]);
    const { cancelled, lost } = await stage.extend(lease, [job.run]);
    assert.deepEqual([cancelled, lost], [[job.run], []]);
    assert.equal((await stage.end(lease, job.run)).state, 'cancelled');
    assert.deepEqual((await stage.extend(lease, [job.run])).lost, [job.run]);
  });

  test('keeps its result and how far it was, the result of that very run', async () => {
    const { lease, job } = await stage.takeOne();
    await stage.pool.query('select howdah.report_leased_progress($1, $2, 50, $3)', [lease, job.run, 'half']);
    await stage.pool.query(`select howdah.end_leased_run($1, $2, null, '{"n": 1}')`, [lease, job.run]);
    const { rows } = await stage.pool.query(
      'select progress, progress_message, result from howdah.jobs where id = $1',
      [job.id],
    );
    assert.deepEqual(rows[0], { progress: 50, progress_message: 'half', result: { n: 1 } });
  });

  test('cannot be ended by another lease, nor by a later run of its own', async () => {
    const { lease, job } = await stage.takeOne();
    const other = await stage.lease();
    await assert.rejects(stage.end(other, job.run), { code: 'HWLST' });
    await stage.end(lease, job.run, verdict('retry', 0));
    const [again] = await stage.take(lease);
    assert.equal(again?.id, job.id);
    assert.notEqual(again?.run, job.run);
    const before = await stage.everything(job.id);
    assert.deepEqual(await stage.end(lease, job.run), { state: 'waiting', isRepeat: true });
    assert.deepEqual(await stage.everything(job.id), before, 'the run under way goes on');
    for (const run of ['', 'x', `${job.id}-1`, `${job.id}`, "1' or 1=1"])
      await assert.rejects(stage.end(lease, run), { code: 'HWLST' });
  });
});

describe('what a lease holds and its worker does not name', () => {
  test('is given back once the time of the lease has passed, as a run that may have been', async () => {
    for (let i = 0; i < 2; i++) await stage.put();
    const lease = await stage.lease();
    const [kept, forgotten] = await stage.take(lease);
    await stage.extend(lease, []);
    assert.equal((await stage.queue.job(forgotten?.id ?? '')).state, 'running', 'it was taken a moment ago');
    await stage.pool.query(`update howdah.runners set lease_ms = 0 where token = $1`, [lease]);
    await stage.extend(lease, [kept?.run ?? '']);
    const job = await stage.queue.job(forgotten?.id ?? '');
    assert.deepEqual([job.state, job.attempt], ['retryable', 1]);
    assert.match(job.last_error ?? '', /not recorded; it may have run/);
    assert.equal((await stage.queue.job(kept?.id ?? '')).state, 'running');
    const { rows } = await stage.pool.query('select running from howdah.runners where token = $1', [lease]);
    assert.deepEqual(rows[0].running, [kept?.id]);
  });
});

describe('a lease that ends', () => {
  test('by the wish of its worker gives all back, at no cost', async () => {
    const { lease, job } = await stage.takeOne();
    await stage.pool.query(`select howdah.retire_runner($1, 'stopped', 'stopped')`, [lease]);
    assert.equal(await stage.release(lease), 1);
    const { state, attempt } = await stage.queue.job(job.id);
    assert.deepEqual([state, attempt], ['available', 0]);
    await assert.rejects(stage.take(lease), { code: 'HWLEA', message: /is over: stopped/ });
  });

  test('because its time ran out costs its jobs the attempt, and counts as a death', async () => {
    const { lease, job } = await stage.takeOne();
    await stage.runOut(lease);
    await stage.rescue();
    const { state, attempt, last_error } = await stage.queue.job(job.id);
    assert.deepEqual([state, attempt], ['available', 1]);
    assert.match(last_error ?? '', /its worker was lost during this run: its lease ran out/);
    const { rows } = await stage.pool.query(`select kind, name from howdah.job_errors where job_id = $1`, [
      job.id,
    ]);
    assert.deepEqual(rows, [{ kind: 'lost', name: 'WorkerLostError' }]);
    await assert.rejects(stage.extend(lease), { code: 'HWLEA', message: /its lease ran out/ });
  });

  test('with a job aboard for the third time discards it as poison', async () => {
    const id = await stage.put();
    for (let death = 1; death <= 3; death++) {
      await stage.pool.query('update graphile_worker._private_jobs set run_at = now()');
      const lease = await stage.lease();
      assert.equal((await stage.take(lease)).length, 1);
      await stage.runOut(lease);
      await stage.rescue();
    }
    const job = await stage.queue.job(id);
    assert.equal(job.state, 'discarded');
    assert.match(job.last_error ?? '', /poison: 3 workers were lost/);
  });

  test('makes suspects of its jobs: a lease has one of those at a time', async () => {
    for (let i = 0; i < 3; i++) await stage.put();
    const lost = await stage.lease();
    assert.equal((await stage.take(lost)).length, 3);
    await stage.runOut(lost);
    await stage.rescue();
    const fresh = await stage.put();
    const lease = await stage.lease();
    const taken = await stage.take(lease);
    assert.deepEqual([taken.length, taken.some(({ id }) => id === fresh)], [2, true]);
    const runs = taken.map(({ run }) => run);
    assert.deepEqual(await stage.take(lease, { runs }), []);
    const suspect = taken.find(({ id }) => id !== fresh);
    assert.equal(suspect?.attempt, 2);
    const waiting = await stage.pool.query(
      'select attempts from graphile_worker._private_jobs where locked_by is null',
    );
    assert.deepEqual(
      waiting.rows.map(({ attempts }) => attempts),
      [1, 1],
      'those that were put back lost no attempt',
    );
    await stage.end(lease, suspect?.run ?? '');
    assert.equal((await stage.take(lease, { runs })).length, 1);
  });
});
