import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createJobWatch, type JobWatch } from '../../src/look/watch-jobs.ts';
import { type OpenJobs, openJobs } from './open-jobs.ts';

let jobs: OpenJobs;
let watch: JobWatch;
before(async () => {
  jobs = await openJobs();
  await jobs.addLive(3);
  await jobs.addFinished(3);
});
after(() => jobs.drop());
beforeEach(async () => {
  watch = createJobWatch();
  assert.deepEqual(await watch(jobs.pool), { changes: [], isComplete: true });
});

async function statesSeen(): Promise<[string, string][]> {
  const { changes, isComplete } = await watch(jobs.pool);
  assert.ok(isComplete);
  return changes.map(({ id, state }) => [id, state]);
}

describe('createJobWatch', () => {
  test('tells of what is new since the look before, once', async () => {
    const [id = ''] = await jobs.addLive(1);
    assert.deepEqual(await statesSeen(), [[id, 'available']]);
    assert.deepEqual(await statesSeen(), []);
  });

  test('tells of an old job that runs, fails and ends', async () => {
    const [id = ''] = await jobs.addLive(1);
    await jobs.addLive(1_000);
    await watch(jobs.pool);
    const set = (assignments: string) =>
      jobs.pool.query(`update graphile_worker._private_jobs set ${assignments} where id = $1`, [id]);
    await set(`locked_at = now(), locked_by = 'pool-x', attempts = 1`);
    assert.deepEqual(await statesSeen(), [[id, 'running']]);
    await set(`locked_at = null, locked_by = null, last_error = 'x', run_at = now() + interval '1 hour'`);
    assert.deepEqual(await statesSeen(), [[id, 'retryable']]);
    await jobs.pool.query('select howdah.discard_job($1)', [id]);
    assert.deepEqual(await statesSeen(), [[id, 'discarded']]);
  });

  test('tells of a job whose end was committed later than others’', async () => {
    const [late = '', early = ''] = await jobs.addLive(2);
    await watch(jobs.pool);
    const client = await jobs.pool.connect();
    await client.query('begin');
    await client.query('select howdah.cancel_job($1)', [late]);
    await jobs.pool.query('select howdah.cancel_job($1)', [early]);
    assert.deepEqual(await statesSeen(), [[early, 'cancelled']]);
    await client.query('commit');
    client.release();
    assert.deepEqual(await statesSeen(), [[late, 'cancelled']]);
  });

  test('tells of a job whose enqueue was committed later than others’', async () => {
    const client = await jobs.pool.connect();
    const insert = `
      insert into graphile_worker._private_jobs (id, task_id, payload)
      select nextval('howdah.job_id_seq'), id, '{}' from graphile_worker._private_tasks where identifier = 't'
      returning id::text`;
    await client.query('begin');
    const { rows } = await client.query<{ id: string }>(insert);
    const [early = ''] = await jobs.addLive(1);
    assert.deepEqual(await statesSeen(), [[early, 'available']]);
    await client.query('commit');
    client.release();
    assert.deepEqual(await statesSeen(), [[rows[0]?.id, 'available']]);
  });

  test('says when it cannot have seen everything', async () => {
    await jobs.addLive(501);
    const { changes, isComplete } = await watch(jobs.pool);
    assert.deepEqual([changes.length, isComplete], [500, false]);
  });
});
