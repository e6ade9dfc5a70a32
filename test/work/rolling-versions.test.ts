import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { RollingFleet } from '../support/rolling-fleet.ts';
import { waitFor } from '../support/wait-for.ts';

let fleet: RollingFleet;

beforeEach(async () => {
  fleet = await RollingFleet.open();
});

afterEach(() => fleet.close());

const PLAIN = { name: 'Ada' };
const TONED = { name: 'Ada', tone: 'warm' };

async function explain(id: string): Promise<{ cause: string; explanation: string; remedy: string }> {
  const { rows } = await fleet.pool.query('select * from howdah.explain_job($1)', [id]);
  return rows[0];
}

describe('a job of a new release that an old worker takes', () => {
  test('is given back at no cost, and runs once a worker of its release is there', async () => {
    await fleet.startWorker('first');
    await fleet.startApi('expanded');
    const id = await fleet.distribute('expanded', TONED);
    const waiting = await fleet.untilState(id, 'retryable', 'discarded', 'completed');
    assert.deepEqual({ state: waiting.state, attempt: waiting.attempt }, { state: 'retryable', attempt: 0 });
    assert.match(
      waiting.last_error ?? '',
      new RegExp(
        `^malformed payload: payload\\.tone: .* \\(in schema version ${fleet.version('first')}, which this worker has\\); version ${fleet.version('expanded')} takes it$`,
      ),
    );
    await fleet.startWorker('expanded');
    await fleet.untilCompleted([id]);
  });

  test('says for which version it waits, until a worker of that is there', async () => {
    await fleet.startWorker('first');
    await fleet.startApi('expanded');
    const id = await fleet.distribute('expanded', TONED);
    await fleet.untilState(id, 'retryable');
    const { cause, explanation, remedy } = await explain(id);
    assert.equal(cause, 'version');
    assert.match(
      explanation,
      new RegExp(`waits for a worker with schema version ${fleet.version('expanded')}`),
    );
    assert.match(explanation, new RegExp(`${fleet.version('first')}`));
    assert.match(remedy, /^Deploy a worker/);
    await fleet.startWorker('expanded');
    await waitFor('another cause', async () => (await explain(id)).cause !== 'version');
  });

  test('is left alone by the old worker from then on, whoever looks for jobs first', async () => {
    await fleet.startWorker('first');
    await fleet.startWorker('expanded');
    await fleet.startApi('expanded');
    const ids = await Promise.all(Array.from({ length: 60 }, () => fleet.distribute('expanded', TONED)));
    await fleet.untilCompleted(ids);
    const { rows } = await fleet.pool.query(
      `select max((flags #>> '{howdah_misfit,count}')::integer) as refusals from howdah.job_history`,
    );
    assert.ok((rows[0].refusals ?? 0) <= 2, `a job was refused ${rows[0].refusals} times`);
  });

  test('waits as well when it has no retries: they are for runs of its handler', async () => {
    await fleet.startWorker('first');
    await fleet.startApi('expanded');
    const id = await fleet.enqueue(TONED, ', max_retries => 0');
    await fleet.untilState(id, 'retryable');
    await fleet.startWorker('expanded');
    await fleet.untilCompleted([id]);
  });

  test('waits for the hour after the last process of its release, and is then discarded', async () => {
    await fleet.startApi('expanded');
    await fleet.startApi('first');
    await fleet.forget('expanded', '59 minutes');
    const id = await fleet.distribute('expanded', TONED);
    const late = await fleet.distribute('expanded', TONED);
    await fleet.pool.query("select howdah.reschedule_job($1, now() + interval '1 hour')", [late]);
    await fleet.startWorker('first');
    await fleet.untilState(id, 'retryable');
    await fleet.forget('expanded', '61 minutes');
    await fleet.pool.query('select howdah.run_job_now($1)', [late]);
    const { attempt, last_error } = await fleet.untilState(late, 'discarded');
    assert.equal(attempt, 1);
    assert.match(last_error ?? '', /^malformed payload: payload\.tone: [^(]*$/);
  });

  test('has its retries once it was given back, also when its release was gone for an hour', async () => {
    await fleet.startApi('expanded');
    await fleet.startApi('first');
    const id = await fleet.enqueue(TONED, ', max_retries => 1');
    await fleet.startWorker('first');
    await fleet.untilState(id, 'retryable');
    await fleet.forget('expanded', '61 minutes');
    await fleet.pool.query('select howdah.run_job_now($1)', [id]);
    await waitFor('a run that counts', async () => (await fleet.job(id)).attempt === 1);
    assert.equal((await fleet.untilState(id, 'retryable', 'discarded')).state, 'retryable');
    await fleet.pool.query('select howdah.run_job_now($1)', [id]);
    assert.equal((await fleet.untilState(id, 'discarded')).attempt, 2);
  });
});

test('a run is within its time limit also while a lock keeps the answer to which version takes its payload', async () => {
  await fleet.startWorker('first');
  await fleet.startApi('expanded');
  const other = await fleet.pool.connect();
  await other.query('begin; lock table howdah.task_versions in access exclusive mode');
  try {
    const id = await fleet.enqueue(TONED, ", timeout => '1 second'");
    const { last_error } = await fleet.untilState(id, 'retryable', 'discarded');
    assert.equal(last_error, 'timed out after 1000 ms');
  } finally {
    await other.query('rollback');
    other.release();
  }
});

test('jobs that waited when a release made a member required run in the old workers that are left', async () => {
  await fleet.startApi('first');
  const ids = await Promise.all(Array.from({ length: 20 }, () => fleet.distribute('first', PLAIN)));
  await fleet.startWorker('contracted');
  await waitFor('the new worker to have had them all', async () => {
    const { rows } = await fleet.pool.query("select state from howdah.jobs where state = 'retryable'");
    return rows.length === ids.length;
  });
  await fleet.startWorker('first');
  await fleet.untilCompleted(ids);
});

test('a payload that fits no version around is discarded only after its retries', async () => {
  await fleet.startApi('first');
  await fleet.startApi('expanded');
  const id = await fleet.enqueue(PLAIN, ', max_retries => 1');
  await fleet.pool.query(`update graphile_worker._private_jobs set payload = '{"name": ""}' where id = $1`, [
    id,
  ]);
  await fleet.startWorker('first');
  const first = await fleet.untilState(id, 'retryable', 'discarded');
  assert.deepEqual({ state: first.state, attempt: first.attempt }, { state: 'retryable', attempt: 1 });
  await fleet.pool.query('select howdah.run_job_now($1)', [id]);
  assert.equal((await fleet.untilState(id, 'discarded')).attempt, 2);
});

test('where one version is all there is, a payload that does not fit it is discarded at once', async () => {
  await fleet.startApi('first');
  const id = await fleet.enqueue(PLAIN);
  await fleet.pool.query(`update graphile_worker._private_jobs set payload = '{"name": 1}' where id = $1`, [
    id,
  ]);
  await fleet.startWorker('first');
  assert.equal((await fleet.untilState(id, 'discarded', 'retryable')).state, 'discarded');
});
