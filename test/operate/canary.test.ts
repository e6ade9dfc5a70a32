import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { HowdahError } from '../../src/errors.ts';
import { type Canary, readCanaries } from '../../src/look/canaries.ts';
import { readFailures } from '../../src/look/failure-groups.ts';
import { startCanary } from '../../src/operate/start-canary.ts';
import { transactionAs } from '../../src/operate/transaction-as.ts';
import { completeJob, failJob, fetchJob, putJob } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

let queue: TestQueue;
beforeEach(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
});
afterEach(() => queue.close());

const ADA = { name: 'ada', requestId: 'r-1' };

/** Discarded jobs of one group, oldest first, and the group's id. */
async function putGroup(count: number): Promise<{ ids: string[]; failure: string }> {
  const ids: string[] = [];
  while (ids.length < count) ids.push(await putJob(queue, 'discarded'));
  const { groups } = await readFailures(queue.pool);
  return { ids, failure: groups[0]?.id ?? assert.fail('no group') };
}

const start = (failure: string, jobs?: number) =>
  transactionAs(queue.pool, ADA, (tx) => startCanary(tx, failure, { jobs, reason: 'mended' }));

async function latest(failure: string): Promise<Canary> {
  const [canary] = await readCanaries(queue.pool, failure);
  return canary ?? assert.fail('no canary');
}

const outcomes = ({ jobs }: Canary) =>
  jobs.map(({ id, outcome, error, isOver }) => [id, outcome, error, isOver]);

describe('a canary', () => {
  test('retries the newest discarded jobs of a group, and tells how each went', async () => {
    const { ids, failure } = await putGroup(7);
    await putJob(queue, 'retryable');
    const newest = ids.slice(-4).reverse() as [string, string, string, string];
    const started = await start(failure, 4);
    assert.deepEqual(
      outcomes(started),
      newest.map((id) => [id, 'waiting', null, false]),
    );
    assert.deepEqual(
      [started.startedBy, started.reason, started.task, started.error, started.isOver],
      ['ada', 'mended', 'works', 'no luck', false],
    );
    const [completed, discarded, cancelled, running] = newest;
    for (const id of [completed, discarded, running]) await fetchJob(queue, id);
    await completeJob(queue, completed);
    await failJob(queue, discarded, 'retry');
    await queue.pool.query('select howdah.cancel_job($1)', [cancelled]);
    const expected = [
      [completed, 'completed', null, true],
      [discarded, 'failed', 'no luck', false],
      [cancelled, 'cancelled', null, true],
      [running, 'running', null, false],
    ];
    assert.deepEqual(outcomes(await latest(failure)), expected);
    await fetchJob(queue, discarded);
    await failJob(queue, discarded, 'discard');
    await completeJob(queue, running);
    expected[1] = [discarded, 'failed', 'no luck', true];
    expected[3] = [running, 'completed', null, true];
    const over = await latest(failure);
    assert.deepEqual([outcomes(over), over.isOver], [expected, true]);
  });

  test('keeps how its jobs ended when they are retried with all of the group, and when they are removed', async () => {
    const { ids, failure } = await putGroup(3);
    const [, failed = '', done = ''] = ids;
    await start(failure, 2);
    for (const id of [failed, done]) await fetchJob(queue, id);
    await failJob(queue, failed, 'discard');
    await completeJob(queue, done);
    await queue.pool.query('select howdah.retry_jobs(failure => $1)', [failure]);
    await fetchJob(queue, failed);
    await completeJob(queue, failed);
    const kept = [
      [done, 'completed', null, true],
      [failed, 'failed', 'no luck', true],
    ];
    assert.deepEqual(outcomes(await latest(failure)), kept);
    await queue.pool.query(`update howdah.canaries set started_at = now() - interval '1 hour'`);
    await queue.pool.query(`update howdah.job_history set expires_at = now() - interval '1 second'`);
    await queue.pool.query('select howdah.prune_finished_jobs()');
    assert.deepEqual(outcomes(await latest(failure)), kept);
    await queue.pool.query(`update howdah.canaries set started_at = now() - interval '91 days'`);
    await queue.pool.query('select howdah.prune_finished_jobs()');
    assert.deepEqual(await readCanaries(queue.pool, failure), []);
  });

  test('says of a job that was not kept that it is gone', async () => {
    const { ids, failure } = await putGroup(1);
    await start(failure);
    await queue.pool.query(
      'alter table graphile_worker._private_jobs disable trigger howdah_record_finished',
    );
    await completeJob(queue, ids[0] ?? '');
    assert.deepEqual(outcomes(await latest(failure)), [[ids[0], 'gone', null, true]]);
    await queue.pool.query(`update howdah.canaries set started_at = now() - interval '1 hour'`);
    await queue.pool.query('select howdah.prune_finished_jobs()');
    assert.deepEqual(outcomes(await latest(failure)), [[ids[0], 'gone', null, true]]);
  });

  test('is in the audit log with the jobs it retried, by whom and why', async () => {
    const { ids, failure } = await putGroup(2);
    await start(failure, 1);
    const { rows } = await queue.pool.query(
      'select actor, action, request_id, job_ids::text[], details from howdah.audit_log order by id desc limit 1',
    );
    assert.deepEqual(rows, [
      {
        ...{ actor: 'ada', action: 'jobs.bulk_retry', request_id: 'r-1', job_ids: [ids[1]] },
        details: { failure, canary: true, reason: 'mended' },
      },
    ]);
  });

  test('passes over jobs that cannot be retried for the next, and is refused when there is none', async () => {
    const { ids, failure } = await putGroup(3);
    await queue.pool.query(
      `update howdah.job_history set flags = '{"howdah": {"deadline": "2020-01-01T00:00:00Z"}}' where id = any ($1)`,
      [ids.slice(1)],
    );
    assert.deepEqual(outcomes(await start(failure, 2)), [[ids[0], 'waiting', null, false]]);
    const isRefused = (error: unknown) => error instanceof HowdahError && error.code === 'wrong_state';
    await assert.rejects(start(failure), isRefused);
    await assert.rejects(start('0'.repeat(16)), isRefused);
    for (const jobs of [0, 101])
      await assert.rejects(start(failure, jobs), { code: 'invalid_options', message: /expected 1 to 100/ });
    await assert.rejects(start('nonsense'), { code: 'invalid_options' });
  });
});

async function waitsFor(kind: 'advisory' | 'transactionid'): Promise<boolean> {
  const { rowCount } = await queue.pool.query(
    `select from pg_locks l join pg_stat_activity a using (pid)
     where l.locktype = $1 and not l.granted and a.datname = current_database()`,
    [kind],
  );
  return rowCount !== 0;
}

/*
 * Whoever starts a canary looks for discarded jobs and retries them in two steps. Between the two another may retry or prune one of
 * them: its row is deleted, and that row is the lock that both need. First held by the other: the row is passed over. First held
 * by the canary: the other waits for it, and finds the job retried.
 */
describe('beside somebody who retries a job of the group', () => {
  test('it takes the next when the other was first', async () => {
    const { ids, failure } = await putGroup(3);
    const other = await queue.pool.connect();
    await other.query('begin');
    await other.query('select howdah.retry_job($1)', [ids[2]]);
    assert.deepEqual(
      (await start(failure, 1)).jobs.map(({ id }) => id),
      [ids[1]],
    );
    await other.query('commit');
    other.release();
    assert.deepEqual(
      (await start(failure)).jobs.map(({ id }) => id),
      [ids[0]],
    );
  });

  test('it takes the next when upkeep removes the job first', async () => {
    const { ids, failure } = await putGroup(2);
    await queue.pool.query(`update howdah.job_history set expires_at = now() where id = $1`, [ids[1]]);
    const other = await queue.pool.connect();
    await other.query('begin');
    await other.query('select howdah.prune_finished_jobs()');
    assert.deepEqual(
      (await start(failure, 1)).jobs.map(({ id }) => id),
      [ids[0]],
    );
    await other.query('commit');
    other.release();
  });

  test('who retries all of the group leaves its jobs alone, in both orders', async () => {
    const { ids, failure } = await putGroup(3);
    const first = await queue.pool.connect();
    await first.query('begin');
    await first.query('select howdah.start_canary($1, 1)', [failure]);
    const all = queue.pool.query('select howdah.retry_jobs(failure => $1) as n', [failure]);
    await waitFor('who retries all to wait for its job', () => waitsFor('transactionid'));
    await first.query('commit');
    first.release();
    assert.equal((await all).rows[0].n, 2);
    const { rows } = await queue.pool.query(
      `select unnest(job_ids)::text as id from howdah.audit_log where action = 'jobs.bulk_retry' order by 1`,
    );
    assert.deepEqual(
      rows.map(({ id }) => id),
      ids,
      'each is retried once',
    );
    const again = await putGroup(2);
    const other = await queue.pool.connect();
    await other.query('begin');
    await other.query('select howdah.retry_jobs(failure => $1)', [again.failure]);
    await assert.rejects(start(again.failure), { code: 'wrong_state' });
    await other.query('commit');
    other.release();
  });

  test('the other finds it retried when the canary was first, and has no canary of the same job', async () => {
    const { ids, failure } = await putGroup(2);
    const ours = await queue.pool.connect();
    await ours.query('begin');
    const { rows } = await ours.query('select howdah.start_canary($1, 1) as id', [failure]);
    const waiting = start(failure, 1);
    await waitFor('the other to wait for the group', async () => {
      return waitsFor('advisory');
    });
    await ours.query('commit');
    ours.release();
    assert.deepEqual(
      (await waiting).jobs.map(({ id }) => id),
      [ids[0]],
    );
    const canaries = await readCanaries(queue.pool, failure);
    assert.deepEqual(
      canaries.map(({ jobs }) => jobs[0]?.id),
      ids,
    );
    assert.equal(canaries[1]?.id, rows[0].id);
  });
});
