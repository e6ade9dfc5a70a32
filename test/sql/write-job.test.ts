import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let client: pg.Client;
before(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
});
after(async () => {
  await client.end();
  await database.drop();
});

/** All that the engine keeps of a job, but for its id. */
async function rowOf(statement: string): Promise<unknown> {
  const { rows } = await client.query(`
    with made as materialized (${statement}) select id from made`);
  const { rows: jobs } = await client.query(
    `select to_jsonb(j) - 'id' as job, json_typeof(j.payload) as type from graphile_worker._private_jobs j where j.id = $1`,
    [rows[0].id],
  );
  return jobs[0];
}

interface Case {
  why: string;
  job?: object;
  runAt?: string;
  settings?: object;
  /** The same for the engine's add_job. */
  engines: string;
}

const CASES: readonly Case[] = [
  { why: 'nothing but its task', engines: '' },
  { why: 'a payload', job: { payload: [1, { a: null }] }, engines: `payload => '[1,{"a":null}]'` },
  {
    why: 'a time, retries and a priority',
    job: { max_retries: 3, priority: -7 },
    runAt: '2036-01-02T03:04:05Z',
    engines: `run_at => '2036-01-02T03:04:05Z', max_attempts => 4, priority => -7`,
  },
  { why: 'settings', settings: { timeout_ms: 5 }, engines: `flags => array['howdah:{"timeout_ms": 5}']` },
];

/** The same case as the second of a batch. */
function writeMany({ job, runAt, settings }: Case): string {
  const { timeout_ms: timeoutMs } = (settings ?? {}) as { timeout_ms?: number };
  const timeout = timeoutMs === undefined ? {} : { timeout: `${timeoutMs} milliseconds` };
  const plain = { task: 'send_welcome_email', queue: 'default', max_retries: 24 };
  const options = { ...plain, ...job, ...timeout, run_at: runAt };
  const batch = pg.escapeLiteral(JSON.stringify([{ task: 'send_welcome_email', priority: 9 }, options]));
  return `select job_id as id from howdah.write_jobs('default', array[0, 1], array(
    select j from json_populate_recordset(null::howdah.job_options, ${batch}) j)) where job_index = 1`;
}

function write({ job, runAt, settings }: Case): string {
  const options = JSON.stringify({ task: 'send_welcome_email', queue: 'default', ...job });
  const record = `json_populate_record(null::howdah.job_options, ${pg.escapeLiteral(options)})`;
  const [wanted, flags] = [runAt, settings && JSON.stringify(settings)].map((value) =>
    value === undefined ? 'null' : pg.escapeLiteral(value),
  );
  return `select id from howdah.write_job(${record}, ${wanted}, ${flags})`;
}

describe('a job of one queue is written as the engine writes it', () => {
  for (const each of CASES) {
    const { why, engines } = each;
    test(`with ${why}`, async () => {
      await client.query('begin'); // so that both have the same now()
      const engineArguments = [`'send_welcome_email'`, engines].filter((each) => each !== '').join(', ');
      const written = await rowOf(write(each));
      const ofBatch = await rowOf(writeMany(each));
      const added = await rowOf(`select id from graphile_worker.add_job(${engineArguments})`);
      await client.query('rollback');
      assert.deepEqual(written, added);
      assert.deepEqual(ofBatch, added);
    });
  }

  test('also of a task that the queue has not heard of, and wakes who listens', async () => {
    const listener = new pg.Client({ connectionString: database.connectionString });
    await listener.connect();
    const heard = new Promise<pg.Notification>((resolve) => listener.once('notification', resolve));
    await listener.query('listen "jobs:insert"');
    await client.query(`select howdah.enqueue('never_heard_of', '{}', allow_unknown => true)`);
    const { count, queue } = JSON.parse((await heard).payload ?? '');
    assert.deepEqual({ count, queue }, { count: 1, queue: 'default' });
    await listener.end();
    const { rows } = await client.query(`select task, state from howdah.jobs where task = 'never_heard_of'`);
    assert.deepEqual(rows, [{ task: 'never_heard_of', state: 'available' }]);
  });

  test('also many of tasks that the queue has not heard of, in the order given', async () => {
    const jobs = ['new_here', 'also_new', 'new_here'].map((task) => ({ task, allow_unknown: true }));
    const { rows } = await client.query('select job_id as id from howdah.enqueue_jobs($1)', [
      JSON.stringify(jobs),
    ]);
    const ids = rows.map(({ id }) => id);
    assert.deepEqual(
      ids,
      ids.toSorted((one, other) => Number(one) - Number(other)),
    );
    const found = await client.query('select task from howdah.jobs where id = any ($1) order by id', [ids]);
    assert.deepEqual(
      found.rows.map(({ task }) => task),
      ['new_here', 'also_new', 'new_here'],
    );
  });

  for (const [given, message] of [
    ['{"deadline": "soon"}', /^flags: howdah: deadline: expected an instant, .*received soon$/],
    ['{"run_at": "2026-02-30"}', /^flags: howdah: run_at: expected an instant, .*received 2026-02-30$/],
    ['{"timeout_ms": "1.5"}', /^flags: howdah: timeout_ms: expected a whole number of .*received 1\.5$/],
    ['{"timeout_ms": 1e30}', /^flags: howdah: timeout_ms: expected a whole number/],
    ['7', /^flags: howdah: its settings: expected a JSON object, received 7$/],
    ['{nonsense', /^flags: howdah: its settings: expected a JSON object, received \{nonsense$/],
  ] as const) {
    test(`nothing of settings by which every look at the job would fail: ${given}`, async () => {
      const adding = client.query(
        `select graphile_worker.add_job('send_welcome_email', flags => array[$1])`,
        [`howdah:${given}`],
      );
      await assert.rejects(adding, { code: 'HWOPT', message });
      await client.query('select count(*) from howdah.jobs where deadline is null and timeout_ms is null');
    });
  }

  test('a job with flags of Howdah’s names that hold something else, and all that reads it', async () => {
    const names = ['howdah', 'howdah_deaths', 'howdah_misfit', 'howdah_run', 'howdah_own_key'];
    const { rows } = await client.query(
      `select (graphile_worker.add_job('send_welcome_email', flags => $1, run_at => now() + '1 hour')).id`,
      [names],
    );
    const told = await client.query(
      `select j.deadline, e.cause from howdah.jobs j, howdah.explain_job(j.id) e where j.id = $1`,
      [rows[0].id],
    );
    assert.deepEqual(told.rows, [{ deadline: null, cause: 'scheduled' }]);
    await client.query('select howdah.cancel_job($1)', [rows[0].id]);
    await client.query('select howdah.retry_job($1)', [rows[0].id]);
  });

  test('nothing of a queue that is not there', async () => {
    const batch = `array(select j from json_populate_recordset(null::howdah.job_options, '[{"task":"x"}]') j)`;
    const writing = client.query(`select howdah.write_jobs('nowhere', array[0], ${batch})`);
    await assert.rejects(writing, { code: 'HWQUE' });
  });
});
