import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PoolClient } from 'pg';
import { putJob, scalar } from '../support/job-states.ts';
import { createTestLogin, type TestLogin } from '../support/test-login.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

let queue: TestQueue;
let mallory: TestLogin;
let client: PoolClient;

/** Objects a caller made, named like those that Howdah's functions use; each tells when it is touched by the owner. */
const TRAPS = `
  create table evil.caught (who text, what text);
  grant insert on evil.caught to public;
  grant usage on schema evil to public;
  create function evil.spring(what text) returns void language plpgsql volatile as $f$
  begin
    insert into evil.caught values (current_user, what);
  end $f$;
  create function evil.now() returns timestamptz language sql volatile as $f$ select evil.spring('now'); select pg_catalog.now() $f$;
  create function evil.clock_timestamp() returns timestamptz language sql volatile
    as $f$ select evil.spring('clock_timestamp'); select pg_catalog.now() $f$;
  create function evil.format(text, text) returns text language sql volatile
    as $f$ select evil.spring('format'); select pg_catalog.format($1, $2) $f$;
  create function evil.json_typeof(json) returns text language sql volatile
    as $f$ select evil.spring('json_typeof'); select pg_catalog.json_typeof($1) $f$;
  create function evil.pg_notify(text, text) returns void language sql volatile as $f$ select evil.spring('pg_notify') $f$;
  create function evil.same(text, text) returns boolean language sql volatile
    as $f$ select evil.spring('='); select $1 operator(pg_catalog.=) $2 $f$;
  create operator evil.= (leftarg = text, rightarg = text, function = evil.same);
  create function evil.more(timestamptz, timestamptz) returns boolean language sql volatile
    as $f$ select evil.spring('>'); select $1 operator(pg_catalog.>) $2 $f$;
  create operator evil.> (leftarg = timestamptz, rightarg = timestamptz, function = evil.more);
  create temp table tasks (name text); create temp table queue_registry (name text, schema_name text);
  create temp table _private_jobs (id bigint); create temp table job_options (task text);
  create temp table pg_roles (rolname text); create temp table pg_proc (oid oid);
  create function pg_temp.now() returns timestamptz language sql as $f$ select evil.spring('pg_temp.now'); select pg_catalog.now() $f$;
`;

const CALLS = [
  "select howdah.enqueue('works', '{\"n\": 1}', delay => '1 hour', unique_key => 'u', sequence => 's', headers => '{\"a\": \"b\"}')",
  "select * from howdah.enqueue_job('works', key => 'k')",
  `select * from howdah.enqueue_jobs('[{"task": "works", "payload": {"n": 1}}]')`,
  'select * from howdah.jobs order by id desc limit 5',
  'select * from howdah.queues',
  'select * from howdah.schedules',
  `select howdah.find_jobs(pg_catalog.jsonb_build_object('state', 'retryable', 'search', 'x', 'error_like', '%', 'worker', 'w',
     'payload_contains', '{}'::pg_catalog.jsonb, 'created_after', 'yesterday', 'created_before', 'tomorrow'))`,
  "select howdah.act_on_jobs('run_now', array(select id from howdah.jobs))",
  'select * from howdah.queue_stats()',
  'select * from howdah.vacuum_holders()',
  'select (howdah.explain_job(id)).* from howdah.jobs',
  "select howdah.reschedule_job(max(id), pg_catalog.now() + interval '1 hour') from howdah.jobs",
  'select howdah.run_jobs_now()',
  "select howdah.reschedule_jobs(pg_catalog.now() + interval '1 hour')",
  "select howdah.retry_jobs(error_like => '%')",
  "select howdah.pause_queue('critical'), howdah.resume_all()",
  "select howdah.set_fleet_concurrency('critical', 2)",
  "select howdah.discard_jobs(max_jobs => 1), howdah.cancel_jobs(reason => 'x')",
  "select howdah.enqueue('wroks')",
];

before(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
  mallory = await createTestLogin(queue.database, queue.pool, ['howdah_producer', 'howdah_operator']);
  await queue.pool.query(`create schema evil authorization ${mallory.name}`);
  client = await mallory.pool.connect();
  await client.query(TRAPS);
});

after(async () => {
  client.release(true);
  await mallory.drop();
  await queue.close();
});

for (const path of ['evil, pg_temp, pg_catalog, howdah', 'pg_temp, evil, pg_catalog', 'evil']) {
  test(`nothing of a caller's own runs as the owner with search_path = ${path}`, async () => {
    await putJob(queue, 'retryable');
    await client.query(`set search_path = ${path}`);
    for (const call of CALLS) {
      await client
        .query(call)
        .catch((error) => assert.equal(error.code, 'HWTSK', `${call}: ${error.message}`));
    }
    await client.query('select now()');
    const { rows } = await queue.pool.query('select distinct who from evil.caught');
    assert.deepEqual(
      rows.filter(({ who }) => who !== mallory.name),
      [],
    );
    assert.equal(await scalar(queue, 'select count(*)::int from graphile_worker._private_jobs'), 0);
  });
}

const ODD: Readonly<Record<string, string>> = {
  'how SQL is read': `set standard_conforming_strings = off; set backslash_quote = off; set transform_null_equals = on;
    set array_nulls = off; set quote_all_identifiers = on; set datestyle = 'SQL, DMY'; set intervalstyle = 'sql_standard';
    set bytea_output = 'escape'; set default_transaction_isolation = 'serializable'; set timezone = 'Pacific/Apia'`,
  'how values are written, and what counts as a mistake': `set datestyle = 'German'; set intervalstyle = 'iso_8601';
    set timezone = 'Asia/Kolkata'; set extra_float_digits = -15; set row_security = off; set client_min_messages = 'debug1';
    set plpgsql.extra_errors = 'all'; set plpgsql.extra_warnings = 'all'; set standard_conforming_strings = off;
    set default_transaction_isolation = 'repeatable read'; set xmloption = 'document'; set plan_cache_mode = 'force_generic_plan'`,
};

for (const [what, settings] of Object.entries(ODD))
  test(`settings that change ${what} do not change what the functions do`, async () => {
    const odd = await mallory.pool.connect();
    await odd.query(settings);
    await putJob(queue, 'retryable');
    for (const call of CALLS)
      await odd.query(call).catch((error) => assert.equal(error.code, 'HWTSK', `${call}: ${error.message}`));
    await assert.rejects(odd.query("select howdah.enqueue('works', priority => 99999)"), {
      code: 'HWOPT',
      hint: /or \\df\+ howdah\.enqueue/,
    });
    await odd.query(`select howdah.enqueue('works', '{"who": "o\\\\u0062b"}')`);
    const { rows } = await odd.query(
      'select howdah.cancel_jobs(payload_contains => \'{"who": "obb"}\', dry_run => true) as count',
    );
    odd.release(true);
    assert.deepEqual(rows, [{ count: 1 }]);
    await queue.pool.query(`truncate graphile_worker._private_jobs`);
  });

test('the traps do spring for the caller itself', async () => {
  await client.query('set search_path = evil, pg_catalog');
  await client.query('delete from evil.caught');
  await client.query('select now()');
  assert.equal(await scalar(queue, 'select what from evil.caught'), 'now');
});
