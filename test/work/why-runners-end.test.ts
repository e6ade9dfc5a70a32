import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type pg from 'pg';
import { FenceStage, type StagedWorker } from '../support/fence-stage.ts';
import { FAIL, verdict } from '../support/job-states.ts';

let stage: FenceStage;
let operator: pg.Client;
let worker: StagedWorker;
let jobId: string;

before(async () => {
  stage = await FenceStage.open();
  operator = await stage.connect();
});

after(() => stage.close());

beforeEach(async () => {
  worker = await stage.openWorker();
  jobId = await fetchAnother();
});

afterEach(() => stage.endAllBut(operator));

/** A job of its own that the worker holds. */
async function fetchAnother(): Promise<string> {
  const id = await stage.addJob();
  await worker.fetch(id);
  return id;
}

const retire = (...reason: (string | null)[]) =>
  operator.query(
    `select howdah.retire_runner($1, ${reason.map((_, index) => `$${index + 2}`).join(', ')}, running => '{}')`,
    [worker.token, ...reason],
  );

/** What is on record of the runner's end once its jobs are given back, and how many deaths the job is charged with. */
async function recorded(id = jobId) {
  await operator.query('select howdah.release_runner($1)', [worker.token]);
  const { rows } = await operator.query(
    `select r.retired_as as reason, coalesce((j.flags ->> 'howdah_deaths')::integer, 0) as deaths
     from howdah.runners r, graphile_worker._private_jobs j
     where r.token = $1 and j.id = $2 and j.locked_by is null`,
    [worker.token, id],
  );
  return rows[0];
}

describe('a runner’s end is charged to its jobs by its reason', () => {
  const DEATHS = { stopped: 0, replaced: 0, left: 1, gone: 1, cut_off: 1, expired: 1, unlocked: 1 };
  for (const [reason, deaths] of Object.entries(DEATHS)) {
    test(`${reason}: ${deaths}, whatever is said in words`, async () => {
      const words = deaths === 0 ? 'its process is gone' : 'replaced: that is what it says';
      await retire(words, reason);
      assert.deepEqual(await recorded(), { reason, deaths });
    });
  }

  for (const given of ['true', '"x"', '-7', '1e40', '{"a": 1}']) {
    test(`and no job is kept by a flag howdah_deaths of somebody else's: ${given}`, async () => {
      await operator.query(
        `update graphile_worker._private_jobs set flags = jsonb_build_object('howdah_deaths', $2::jsonb) where id = $1`,
        [jobId, given],
      );
      await retire('its process is gone', 'gone');
      const found = await recorded();
      assert.equal(found?.reason, 'gone');
      assert.equal(found?.deaths, given === '1e40' ? 1_000_000 : 1);
    });
  }

  test('and no other reason is taken', async () => {
    await assert.rejects(retire('went fishing', 'went_fishing'), /runners_retired_as_check/);
  });
});

describe('the database finds out itself', () => {
  const age = (seconds: number) =>
    operator.query(
      `update howdah.runners set heartbeat_at = now() - make_interval(secs => $2), life_shown = true where token = $1`,
      [worker.token, seconds],
    );

  async function retireDead(): Promise<void> {
    const { rows } = await operator.query(
      'select because, retired_as from howdah.dead_runners() where token = $1',
      [worker.token],
    );
    await operator.query('select howdah.retire_runner($1, $2, $3)', [
      worker.token,
      rows[0].because,
      rows[0].retired_as,
    ]);
  }

  test('that it is gone', async () => {
    await age(3);
    await retireDead();
    assert.deepEqual(await recorded(), { reason: 'gone', deaths: 1 });
  });

  test('that it is cut off', async () => {
    await age(11);
    await retireDead();
    assert.deepEqual(await recorded(), { reason: 'cut_off', deaths: 1 });
  });

  test('that a job of it was unlocked by hand, which is a death of those it still holds', async () => {
    const other = await fetchAnother();
    await operator.query(
      'update graphile_worker._private_jobs set locked_by = null, locked_at = null where id = $1',
      [jobId],
    );
    assert.deepEqual(await recorded(), { reason: 'unlocked', deaths: 0 });
    assert.deepEqual(await recorded(other), { reason: 'unlocked', deaths: 1 });
  });
});

test('a job is given back after thousands of runs too, the last of which was not recorded', async () => {
  await operator.query(
    'update graphile_worker._private_jobs set attempts = 2000, max_attempts = 32767 where id = $1',
    [jobId],
  );
  await operator.query(
    `select howdah.retire_runner($1, 'stopped', 'stopped', running => '{}', unrecorded => array[$2]::bigint[])`,
    [worker.token, jobId],
  );
  assert.deepEqual(await recorded(), { reason: 'stopped', deaths: 0 });
});

describe('deaths that a job was aboard', () => {
  /** How many after another one; the runner holds the job no more. */
  async function afterDeath(): Promise<number> {
    await operator.query(`select howdah.retire_runner($1, 'gone', 'gone', running => array[$2]::bigint[])`, [
      worker.token,
      jobId,
    ]);
    const { deaths } = await recorded();
    worker = await stage.openWorker();
    await worker.fetch(jobId);
    return deaths;
  }

  const ENDS = { snooze: 1, retry: 1, return: 3 };
  for (const [kind, deaths] of Object.entries(ENDS)) {
    test(`are ${deaths} with the next after a run that ended as ${kind}`, async () => {
      assert.deepEqual([await afterDeath(), await afterDeath()], [1, 2]);
      await (await worker.session()).query(FAIL, [jobId, verdict(kind)]);
      await worker.fetch(jobId);
      if (deaths < 3) assert.equal(await afterDeath(), deaths);
      else await assert.rejects(afterDeath(), TypeError, 'it is discarded as poison');
    });
  }
});

/** What 0.1 says, which knows no other way than a sentence. */
const SENTENCES = [
  ['stopped', 'stopped', 0],
  ['replaced: Connection terminated unexpectedly', 'replaced', 0],
  ['no heartbeat for 10 s', 'cut_off', 1],
  ['its process is gone', 'gone', 1],
  ['its worker left', 'gone', 1], // it did not say which of its jobs were at work
  ['its jobs were unlocked by hand', 'unlocked', 1],
] as const;

describe('the sentence of an older version', () => {
  for (const [sentence, reason, deaths] of SENTENCES) {
    test(`"${sentence}" becomes a reason as it is recorded`, async () => {
      await operator.query('select howdah.retire_runner($1, $2)', [worker.token, sentence]);
      assert.deepEqual(await recorded(), { reason, deaths });
    });

    test(`"${sentence}" counts likewise where it was recorded before there were reasons`, async () => {
      await operator.query(
        'update howdah.runners set retired_at = now(), retired_because = $2 where token = $1',
        [worker.token, sentence],
      );
      const { rows } = await operator.query('select retired_as from howdah.dead_runners() where token = $1', [
        worker.token,
      ]);
      assert.deepEqual(rows, [{ retired_as: reason }]);
      assert.equal((await recorded())?.deaths, deaths);
    });
  }
});

describe('the jobs of a runner that has ended', () => {
  /** How many were given back, and how often the whole job table was read for that. */
  async function release(...held: [string[]?]): Promise<{ jobs: number; readings: number }> {
    const session = await stage.connect(); // which has no plans of a smaller table
    await session.query('begin');
    const { rows } = await session.query(
      `select jobs from howdah.release_runner($1${held.length > 0 ? ', $2::bigint[]' : ''})`,
      [worker.token, ...held],
    );
    const { rows: read } = await session.query(
      `select seq_scan::integer as readings from pg_stat_xact_user_tables
       where schemaname = 'graphile_worker' and relname = '_private_jobs'`,
    );
    await session.query('commit');
    return { ...rows[0], ...read[0] };
  }

  before(async () => {
    await operator.query(`select count(*) from graphile_worker.add_jobs(array(
      select row('send_welcome_email', '{}'::json, null, now() + interval '1 day', null, null, null, null)::graphile_worker.job_spec
      from generate_series(1, 2000)))`);
    await operator.query('vacuum analyze graphile_worker._private_jobs');
  });

  test('are looked for once among all that wait', async () => {
    await fetchAnother();
    await retire('no heartbeat', 'gone');
    assert.deepEqual(await release(), { jobs: 2, readings: 1 });
  });

  test('not at all where its own process, which stopped it, knows them', async () => {
    const unknown = await fetchAnother();
    await retire('stopped', 'stopped');
    assert.deepEqual(await release([jobId]), { jobs: 1, readings: 0 });
    assert.equal(await recorded(unknown), undefined, 'nobody else was asked');
  });

  test('and whoever was not stopped is not believed', async () => {
    await retire('its process is gone', 'gone');
    assert.deepEqual(await release([]), { jobs: 1, readings: 1 });
  });
});
