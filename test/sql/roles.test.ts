import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { failJob, fetchJob, putJob, scalar } from '../support/job-states.ts';
import { namedPattern } from '../support/named-pattern.ts';
import { createTestLogin, type TestLogin } from '../support/test-login.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { TEST_SCHEMA } from '../support/test-schema.ts';

const KINDS = ['producer', 'viewer', 'operator', 'nobody'] as const;
type Kind = (typeof KINDS)[number];

/** Postgres' insufficient_privilege. */
const DENIED = { code: '42501' };
const TABLE = 'graphile_worker._private_jobs';

let queue: TestQueue;
const logins = {} as Record<Kind, TestLogin>;

before(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
  for (const kind of KINDS) {
    const roles = kind === 'nobody' ? [] : [`howdah_${kind}`];
    logins[kind] = await createTestLogin(queue.database, queue.pool, roles);
  }
});

beforeEach(async () => {
  await queue.pool.query(`truncate ${TABLE}, howdah.job_history, howdah.job_errors`);
});

after(async () => {
  for (const kind of KINDS) await logins[kind]?.drop();
  await queue.close();
});

function as<T = unknown>(kind: Kind, text: string): Promise<T> {
  return scalar<T>(logins[kind], text);
}

/** Each with a call of it, every argument null. */
async function allFunctions(): Promise<{ name: string; call: string; roles: Kind[] }[]> {
  const { rows } = await queue.pool.query(`
    select p.proname as name,
           array(select replace(g.role, '${TEST_SCHEMA}_', '') from howdah.role_grants() g
                 where g.privilege = 'execute' and g.object = p.proname) as roles,
           format('${TEST_SCHEMA}.%I(%s)', p.proname, array_to_string(array(
             select format('null::%I.%I', n.nspname, t.typname) from unnest(p.proargtypes) with ordinality a (oid, place)
             join pg_type t on t.oid = a.oid join pg_namespace n on n.oid = t.typnamespace order by a.place), ', ')) as call
    from pg_proc p where p.pronamespace = 'howdah'::regnamespace and p.prorettype <> 'trigger'::regtype`);
  return rows;
}

async function allRelations(): Promise<{ name: string; roles: Kind[] }[]> {
  const { rows } = await queue.pool.query(`
    select format('%I.%I', n.nspname, c.relname) as name,
           array(select replace(g.role, '${TEST_SCHEMA}_', '') from howdah.role_grants() g
                 where g.privilege = 'select' and n.nspname = 'howdah' and g.object = c.relname) as roles
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'v', 'S') and (n.nspname = 'howdah' or n.nspname = 'graphile_worker' or n.nspname like 'graphile\\_worker\\_%'
          or n.nspname = 'howdah_migrations' or (n.nspname = 'public' and c.relname = 'users'))`);
  return rows;
}

describe('by the list of what is public', () => {
  for (const kind of KINDS) {
    test(`the ${kind} calls the functions meant for it and no other`, async () => {
      const functions = await allFunctions();
      assert.ok(functions.length > 60);
      for (const { name, call, roles } of functions) {
        const code = await as(kind, `select count(*) from ${call}`).then(
          () => 'done',
          (error) => error.code,
        );
        assert.equal(code === DENIED.code, !roles.includes(kind), `${name} as ${kind}: ${code}`);
      }
      await queue.pool.query('select howdah.resume_all()');
    });

    test(`the ${kind} reads the relations meant for it, no other, and writes and locks none`, async () => {
      const relations = await allRelations();
      assert.ok(relations.length > 40);
      for (const { name, roles } of relations) {
        const attempt = as(kind, `select * from ${name} limit 1`);
        if (roles.includes(kind)) await attempt;
        else await assert.rejects(attempt, DENIED, name);
        await assert.rejects(as(kind, `delete from ${name}`), { code: /42501|55000|42809/ }, name);
        if (name.endsWith('_seq')) continue;
        await assert.rejects(
          as(kind, `do $$ begin lock table ${name} in row exclusive mode; end $$`),
          DENIED,
          name,
        );
        await assert.rejects(as(kind, `select from ${name} for share`), { code: /42501|0A000/ }, name);
      }
    });
  }

  test('every function a role may call runs as its owner, and every one has a fixed search path', async () => {
    const { rows } = await queue.pool.query(`
      select p.proname as name, p.prosecdef as "isDefiner", p.proconfig as config, p.prosqlbody is not null as "isParsed",
             p.proname = 'restore_queue' -- workers' alone, which makes a trigger as only the owner may
             or exists (select from howdah.role_grants() g where g.privilege = 'execute' and g.object = p.proname) as "isPublic"
      from pg_proc p where p.pronamespace = 'howdah'::regnamespace`);
    for (const { name, isDefiner, config, isParsed, isPublic } of rows) {
      assert.equal(isDefiner, isPublic, `${name} is security definer if and only if it is public`);
      const isFixed = isParsed || config?.includes('search_path=pg_catalog, pg_temp');
      assert.ok(isFixed, `${name} sets its search_path, or was parsed when it was made`);
    }
  });

  test('names only what there is', async () => {
    const { rows } = await queue.pool.query(`
      select g.object from howdah.role_grants() g
      where not exists (select from pg_proc p where p.pronamespace = 'howdah'::regnamespace and p.proname = g.object)
        and to_regclass('${TEST_SCHEMA}.' || g.object) is null`);
    assert.deepEqual(rows, []);
  });

  test('nothing is missing once it is installed, and what is taken away is named', async () => {
    const missing = () => queue.pool.query('select role, problem, remedy from howdah.missing_grants()');
    assert.deepEqual((await missing()).rows, []);
    await queue.pool.query('revoke select on howdah.jobs from howdah_viewer');
    const [row] = (await missing()).rows;
    assert.deepEqual([row.role, row.problem], [`${TEST_SCHEMA}_viewer`, 'It lacks select on jobs.']);
    assert.match(row.remedy, namedPattern(/^As \w+: select howdah\.grant_roles\(\);$/));
    await queue.pool.query('select howdah.grant_roles()');
    assert.deepEqual((await missing()).rows, []);
  });
});

describe('a producer', () => {
  test('enqueues in each way', async () => {
    const id = await as('producer', "select howdah.enqueue('works', '{\"n\": 1}', delay => '1 hour')");
    assert.equal((await queue.job(id as string)).state, 'scheduled');
    assert.equal(
      await as('producer', "select is_duplicate from howdah.enqueue_job('works', sequence => 's')"),
      false,
    );
    const batch = `select count(*)::int from howdah.enqueue_jobs('[{"task": "works"}, {"task": "works", "unique_key": "u"}]')`;
    assert.equal(await as('producer', batch), 2);
  });

  test('has its job written or not with its own transaction', async () => {
    const client = await logins.producer.pool.connect();
    await client.query('begin');
    const { rows } = await client.query("select howdah.enqueue('works') as id");
    await client.query('rollback');
    client.release();
    await assert.rejects(queue.job(rows[0].id), /there is no job/);
  });

  test('gets the hints of errors too', async () => {
    await assert.rejects(as('producer', "select howdah.enqueue('wroks')"), {
      code: 'HWTSK',
      hint: /Did you mean "works"/,
    });
  });

  test('neither sees, changes nor completes what it enqueued, and cannot go around', async () => {
    const id = await as('producer', "select howdah.enqueue('works')");
    for (const attempt of [
      'select * from howdah.jobs',
      `select howdah.cancel_job(${id})`,
      `select * from howdah.explain_job(${id})`,
      `select graphile_worker.add_job('works')`,
      `select graphile_worker.complete_jobs(array[${id}])`,
      `delete from ${TABLE}`,
      `select howdah.complete_in_transaction(${id}, 'default', 'pool', now())`,
      "insert into howdah.tasks values ('mine', 'default', 1, 1, '{}')",
      "select nextval('howdah.job_id_seq')",
      'create table howdah.mine ()',
      'create function howdah.mine() returns void language sql as $$$$',
      'set role howdah_operator',
    ]) {
      await assert.rejects(as('producer', attempt), DENIED, attempt);
    }
  });
});

describe('a viewer', () => {
  const SECRETS = 'payload => \'{"who": "ada"}\', headers => \'{"tenant": "t1"}\'';

  test('reads every column of a job but payload, result and headers', async () => {
    const id = await scalar(
      queue,
      `select howdah.enqueue('works', ${SECRETS}, deadline => '2100-01-01', sequence => 's')`,
    );
    const finished = await putJob(queue, 'completed');
    await queue.pool.query(`update howdah.job_history set result = '{"ok": 1}' where id = $1`, [finished]);
    const { rows } = await logins.viewer.pool.query('select * from howdah.jobs order by id');
    assert.deepEqual(
      rows.map((row) => [row.id, row.task, row.payload, row.result, row.headers, row.sequence]),
      [
        [id, 'works', null, null, null, 's'],
        [finished, 'works', null, null, null, null],
      ],
    );
    const { rows: seen } = await logins.operator.pool.query(
      'select payload, result, headers from howdah.jobs order by id',
    );
    assert.deepEqual(seen, [
      { payload: { who: 'ada' }, result: null, headers: { tenant: 't1' } },
      { payload: { who: 'ada' }, result: { ok: 1 }, headers: null },
    ]);
  });

  test('cannot tell payloads apart by a condition of its own', async () => {
    await scalar(queue, `select howdah.enqueue('works', ${SECRETS})`);
    const { pool } = logins.viewer;
    const client = await pool.connect();
    await client.query(`create function pg_temp.leaks(j json) returns boolean language plpgsql cost 0.0001
      as $$ begin if j is not null then raise exception 'leaked %', j; end if; return true; end $$`);
    await client.query('select id from howdah.jobs where pg_temp.leaks(payload) order by id limit 5');
    const { rows } = await client.query(
      "select id from howdah.jobs where payload::jsonb @> '{}' or headers is not null",
    );
    client.release(true);
    assert.deepEqual(rows, []);
    for (const column of ['payload', 'flags', 'result', '*']) {
      await assert.rejects(as('viewer', `select ${column} from howdah.job_history`), DENIED);
    }
  });

  test('sees what a column grant reveals, live, finished and scheduled', async () => {
    await scalar(queue, `select howdah.enqueue('works', ${SECRETS})`);
    await putJob(queue, 'completed');
    await queue.pool.query(
      `insert into howdah.cron_entries values ('nightly', 'works', 'default', '0 4 * * *', '{}', '{"a": 1}')`,
    );
    assert.equal(await as('viewer', 'select payload from howdah.schedules'), null);
    await queue.pool.query(`grant select (payload) on howdah.job_history to ${logins.viewer.name}`);
    const { rows } = await logins.viewer.pool.query('select payload, headers from howdah.jobs');
    assert.deepEqual(rows, [
      { payload: { who: 'ada' }, headers: null },
      { payload: { who: 'ada' }, headers: null },
    ]);
    assert.deepEqual(await as('viewer', 'select payload from howdah.schedules'), { a: 1 });
    await queue.pool.query(`revoke select (payload) on howdah.job_history from ${logins.viewer.name}`);
    assert.equal(await as('viewer', 'select count(payload)::int from howdah.jobs'), 0);
  });

  test('asks why a job does not run, and sees queues, workers, schedules, tasks and errors', async () => {
    const id = await putJob(queue, 'available');
    assert.equal(await as('viewer', `select cause from howdah.explain_job(${id})`), 'no_worker');
    await fetchJob(queue, id);
    await failJob(queue, id, 'retry');
    assert.equal(await as('viewer', `select message from howdah.job_errors where job_id = ${id}`), 'no luck');
    assert.equal(await as('viewer', "select retryable::int from howdah.queues where name = 'default'"), 1);
    assert.equal(
      await as('viewer', "select retryable::int from howdah.queue_stats() where queue = 'default'"),
      1,
    );
    assert.equal(await as('viewer', "select count(*)::int from howdah.tasks where name = 'works'"), 1);
    assert.equal(await as('viewer', 'select count(*)::int from howdah.workers'), 0);
    assert.ok(await as('viewer', 'select next_run_at from howdah.schedules'));
  });

  test('changes nothing', async () => {
    const id = await putJob(queue, 'available');
    for (const attempt of [
      `select howdah.cancel_job(${id})`,
      `select howdah.run_job_now(${id})`,
      "select howdah.pause_queue('default')",
      'select howdah.retry_jobs(dry_run => true)',
      "select howdah.enqueue('works')",
      'update howdah.jobs set priority = 1',
      `update howdah.job_errors set message = ''`,
    ]) {
      await assert.rejects(as('viewer', attempt), { code: /42501|55000/ }, attempt);
    }
  });
});

describe('an operator', () => {
  test('does every command', async () => {
    const [first, second, third] = [
      await putJob(queue, 'scheduled'),
      await putJob(queue, 'retryable'),
      await putJob(queue, 'running'),
    ];
    const command = (call: string) => as('operator', `select howdah.${call}`);
    assert.equal(await command(`run_job_now(${first})`), 'available');
    assert.equal(await command(`reschedule_job(${first}, now() + interval '1 day')`), 'scheduled');
    assert.equal(await command(`retry_job(${second})`), 'available');
    assert.equal(await command(`discard_job(${second}, 'enough')`), 'discarded');
    assert.equal(await command(`cancel_job(${third})`), 'running');
    assert.equal(await command(`cancel_job(${first}, 'not wanted')`), 'cancelled');
    assert.equal(await command('retry_jobs(payload_contains => \'{"who": "ada"}\')'), 1);
    assert.equal(await command("discard_jobs(task => 'works')"), 1);
    assert.equal(await command("set_fleet_concurrency('default', 3)"), null);
    assert.equal(await command("set_fleet_concurrency('default', null)"), 3);
  });

  test('is recorded by the role that logged in, whatever role it takes or name it gives', async () => {
    const { name, pool } = logins.operator;
    const client = await pool.connect();
    const pausedBy = () => scalar(queue, "select paused_by from howdah.queues where name = 'default'");
    await client.query('set role howdah_operator');
    await client.query("select howdah.pause_queue('default')");
    assert.equal(await pausedBy(), name);
    await client.query("select howdah.resume_queue('default'), howdah.pause_queue('default', 'ada')");
    assert.equal(await pausedBy(), `ada (${name})`);
    await client.query('select howdah.resume_all(), howdah.pause_all()');
    assert.equal(await pausedBy(), name);
    await client.query('select howdah.resume_all()');
    const id = await putJob(queue, 'running');
    await client.query('select howdah.cancel_job($1)', [id]);
    assert.equal(
      await scalar(queue, 'select decided_by from howdah.job_outcomes where job_id = $1', [id]),
      name,
    );
    client.release(true);
  });

  test('neither enqueues nor does what only workers do', async () => {
    const id = await putJob(queue, 'running');
    for (const attempt of [
      "select howdah.enqueue('works')",
      'select howdah.release_runner(gen_random_uuid())',
      "select howdah.retire_runner(gen_random_uuid(), 'x')",
      "select * from howdah.heartbeat('[]', 1)",
      `select howdah.complete_in_transaction(${id}, 'default', 'pool-of-the-test', now())`,
      `select howdah.report_result(${id}, 'default', 'pool-of-the-test', now(), '{}')`,
      `select howdah.end_waiting_jobs('graphile_worker', array[${id}], 'cancelled', '')`,
      'select howdah.prune_finished_jobs()',
      `update ${TABLE} set priority = 1`,
      'delete from howdah.job_history',
      `select graphile_worker.force_unlock_workers(array['pool-of-the-test'])`,
    ]) {
      await assert.rejects(as('operator', attempt), DENIED, attempt);
    }
  });

  test('gains nothing by calling itself a worker or setting what triggers read', async () => {
    const id = await putJob(queue, 'running');
    const client = await logins.operator.pool.connect();
    await client.query(
      "set howdah.releasing = 'on'; set howdah.gate = 'open'; set howdah.pool = 'pool-of-the-test'",
    );
    const { rows } = await client.query('select howdah.cancel_job($1) as state', [id]);
    assert.equal(rows[0].state, 'running');
    await client.query("set application_name = 'howdah:00000000-0000-4000-8000-000000000000'");
    const waiting = await putJob(queue, 'available');
    await assert.rejects(client.query('select howdah.cancel_job($1)', [waiting]), { code: 'HWRET' });
    client.release(true);
    assert.equal((await queue.job(id)).state, 'running');
    assert.equal((await queue.job(waiting)).state, 'available');
  });
});
