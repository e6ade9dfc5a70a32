/** The fence holds although nobody can end the sessions of the worker that was lost, whatever their names are. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type pg from 'pg';
import { enterSession } from '../../src/work/fleet/runner-identity.ts';
import { FenceStage, type FetchedRun, pidOf, type StagedWorker } from '../support/fence-stage.ts';

const COMPLETE = 'delete from graphile_worker._private_jobs as jobs where id = $1::bigint';
const FETCH = `update graphile_worker._private_jobs set attempts = attempts + 1, locked_by = $2, locked_at = now()
               where id = $1`;

let stage: FenceStage;
let operator: pg.Client;
/** May do all a worker does, and may not end sessions of other roles. */
let rescuer: pg.Client;
let worker: StagedWorker;
let run: FetchedRun;

before(async () => {
  stage = await FenceStage.open();
  operator = await stage.connect();
  rescuer = await stage.connectStranger();
});

after(() => stage.close());

afterEach(() => stage.endAllBut(operator, rescuer));

beforeEach(async () => {
  worker = await stage.openWorker();
  run = await worker.fetch(await stage.addJob());
});

async function release(): Promise<{ jobs: number | null; held_by: string | null }> {
  const { rows } = await rescuer.query('select jobs, held_by from howdah.release_runner($1)', [worker.token]);
  return rows[0];
}

async function stateOf(jobId: string): Promise<[string, number]> {
  const { rows } = await operator.query('select state, attempt from howdah.jobs where id = $1', [jobId]);
  return [rows[0].state, rows[0].attempt];
}

describe('a statement of the lost worker that locked the jobs before the rescue looks', () => {
  test('has the rescue wait, which says for whom, and counts when it commits', async () => {
    const session = await worker.session();
    await session.query('begin');
    await session.query(COMPLETE, [run.jobId]);
    const other = await stage.addJob();
    await stage.retire(worker);
    const held = await release();
    assert.equal(held.jobs, null);
    assert.match(held.held_by ?? '', new RegExp(`^process ${pidOf(session)} of role \\w+`));
    await session.query('commit');
    assert.deepEqual(await release(), { jobs: 0, held_by: null });
    assert.deepEqual(await stateOf(run.jobId), ['completed', 1]);
    assert.deepEqual(await stateOf(other), ['available', 0]);
  });

  test('has the rescue wait, and lives, when it bears another’s name: a pooler may have given it to somebody else', async () => {
    const session = await worker.session();
    await session.query('begin');
    await session.query(COMPLETE, [run.jobId]);
    await stage.retire(worker);
    const { rows } = await operator.query('select jobs from howdah.release_runner($1)', [worker.token]);
    assert.equal(rows[0].jobs, null);
    await session.query('commit');
    assert.equal((await release()).jobs, 0);
  });

  test('has what it fetched given back too', async () => {
    const session = await worker.session();
    const next = await stage.addJob();
    await session.query('begin');
    await session.query(FETCH, [next, worker.poolId]);
    await stage.retire(worker);
    assert.equal((await release()).jobs, null);
    await session.query('commit');
    assert.equal((await release()).jobs, 2);
    assert.deepEqual(await stateOf(next), ['available', 0]);
  });
});

describe('a statement of the lost worker that gets the lock of the jobs after the rescue looked', () => {
  for (const [what, text, values] of [
    ['completion', COMPLETE, () => [run.jobId]],
    ['fetch', FETCH, () => [run.jobId, worker.poolId]],
  ] as const) {
    test(`is refused, a ${what} that was sent before the retirement`, async () => {
      const session = await worker.session();
      const blocker = await stage.connect();
      await blocker.query('begin');
      await blocker.query('lock table graphile_worker._private_jobs in share mode');
      const late = assert.rejects(session.query(text, values()), { code: 'HWRET' });
      await stage.untilBlocked(pidOf(session), operator);
      await stage.retire(worker);
      const released = release();
      await stage.untilBlocked(pidOf(rescuer), operator);
      await blocker.query('commit');
      await late;
      assert.equal((await released).jobs, 1);
      assert.notEqual((await stateOf(run.jobId))[0], 'completed');
    });
  }
});

describe('a session that bears the lost worker’s name', () => {
  test('in another database or of a role without rights has no say, and is left alone', async () => {
    const name = `howdah:${worker.token}`;
    const there = await FenceStage.open();
    const outsiders = [await there.connect(), await stage.connectStranger()];
    for (const outsider of outsiders) await outsider.query(`set application_name = '${name}'`);
    await stage.retire(worker);
    assert.equal((await release()).jobs, 1);
    for (const outsider of outsiders) await outsider.query('select 1');
    await there.close();
  });

  for (const [what, kind, text] of [
    ['reads jobs', 'howdah', 'select count(*) from howdah.jobs'],
    ['reads jobs', 'graphile-worker', 'select count(*) from howdah.jobs'],
    ['enqueues', 'howdah', `select graphile_worker.add_job('send_welcome_email')`],
  ] as const) {
    test(`and ${what} in an open transaction keeps nothing of a ${kind} runner from being given back`, async () => {
      await operator.query('update howdah.runners set kind = $2 where token = $1', [worker.token, kind]);
      const bearer = await stage.connectStranger();
      await bearer.query('begin');
      await bearer.query(text);
      await bearer.query(`set application_name = 'howdah:${worker.token}'`);
      await stage.retire(worker);
      assert.deepEqual(await release(), { jobs: 1, held_by: null });
      await bearer.query('rollback');
    });
  }

  test('is refused what it tries with the jobs, for it does not know the secret', async () => {
    const session = await stage.connect();
    await session.query(`set application_name = 'howdah:${worker.token}'`);
    await assert.rejects(session.query(COMPLETE, [run.jobId]), { code: 'HWSES' });
  });
});

test('a session that is not the runner’s gets no job in its name', async () => {
  const session = await stage.connect();
  const id = await stage.addJob();
  await assert.rejects(session.query(FETCH, [id, worker.poolId]), { code: 'HWSES' });
  await session.query("select set_config('howdah.runner', 'guessed', false)");
  await assert.rejects(session.query(FETCH, [id, worker.poolId]), { code: 'HWRET' });
  assert.deepEqual(await stateOf(id), ['available', 0]);
});

test('nobody enters a session with a wrong secret, or for a runner that was retired', async () => {
  const session = await stage.connect();
  await assert.rejects(enterSession(session, { token: worker.token, secret: worker.token }), {
    code: 'HWRET',
  });
  await stage.retire(worker);
  await assert.rejects(enterSession(session, worker.identity), { code: 'HWRET' });
});

test('a runner’s session at an isolation where the fence would not hold is refused', async () => {
  const session = await worker.session();
  await session.query('begin isolation level repeatable read');
  await assert.rejects(session.query(COMPLETE, [run.jobId]), { code: 'HWSES' });
  await session.query('rollback');
});

test('the secret is in no view, table or activity that others can read', async () => {
  const { secret } = worker.identity;
  for (const relation of ['howdah.runners', 'howdah.workers', 'howdah.runner_sessions', 'pg_stat_activity']) {
    const { rows } = await operator.query(
      `select count(*)::int as n from ${relation} r where strpos(r::text, $1) > 0`,
      [secret],
    );
    assert.equal(rows[0].n, 0, relation);
  }
});

test('records of sessions that are gone are removed by the next that enters', async () => {
  await operator.query(
    `insert into howdah.runner_sessions (token, purpose, pid, backend_start) values ($1, 'jobs', 2147483647, now())`,
    [worker.token],
  );
  const session = await stage.connect();
  await enterSession(session, worker.identity);
  const { rows } = await operator.query(
    'select array_agg(pid order by pid) as pids from howdah.runner_sessions where token = $1',
    [worker.token],
  );
  const pids = [pidOf(await worker.session()), pidOf(session)];
  assert.deepEqual(
    rows[0].pids,
    pids.sort((a, b) => a - b),
  );
});
