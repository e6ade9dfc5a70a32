import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { runHowdah } from '../support/howdah-cli.ts';
import { namedPattern } from '../support/named-pattern.ts';
import { createEmptyDatabase } from '../support/test-database.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { TEST_SCHEMA } from '../support/test-schema.ts';

const works = testTask('works');

let queue: TestQueue;
before(async () => {
  queue = await openTestQueue([[works, async () => {}]]);
});
after(() => queue.close());

const doctor = (env: Record<string, string> = {}) =>
  runHowdah(['doctor', '--text'], { DATABASE_URL: queue.database.connectionString, ...env });

describe('npx howdah doctor', () => {
  test('says what is well, and warns of queues that nobody serves', async () => {
    const { exitCode, stdout } = await doctor();
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /ok +Postgres 1\d/);
    assert.match(stdout, /ok +tables, functions and triggers of this version/);
    assert.match(stdout, /ok +engine of queue "critical"\n/);
    assert.match(stdout, /ok +defaults of the columns of Howdah’s tables\n/);
    assert.match(stdout, /ok +crontab \(1 entry\)/);
    assert.match(stdout, /warn +queue "default" has no worker\n +→ start a worker with "default" in QUEUES/);
    assert.match(stdout, /Nothing is wrong; see the warnings\.\n$/);
  });

  test('counts the workers of a queue, and reports jobs that none of them knows', async () => {
    const processor = await queue.start();
    try {
      await queue.pool.query("select graphile_worker.add_job('from_another_version')");
      const { exitCode, stdout } = await doctor();
      assert.equal(exitCode, 1);
      assert.match(stdout, /ok +queue "critical": 1 worker\n/);
      assert.match(
        stdout,
        /ERROR 1 job of task "from_another_version" in queue "default", which no worker there knows/,
      );
      assert.match(stdout, /1 thing needs to be done\.\n$/);
    } finally {
      await processor.stop(0);
      await queue.pool.query('delete from graphile_worker._private_jobs');
    }
  });

  test('reports jobs that wait in a queue nobody serves', async () => {
    const { id } = await queue.distributor.distribute(queue.pool, works, {}, { queue: 'critical' });
    const routes = { ROUTES: 'send_verify_email=rabbitmq:mails', RABBITMQ_URL: 'amqp://127.0.0.1:9' };
    const { exitCode, stdout } = await doctor(routes);
    await queue.pool.query('delete from graphile_worker_critical._private_jobs where id = $1', [id]);
    assert.equal(exitCode, 1);
    assert.match(stdout, /ERROR queue "critical" has no worker, with 1 job waiting/);
    assert.match(
      stdout,
      /warn +task "send_verify_email" goes to rabbitmq:mails, and no running worker takes it there\n +→ start a worker with "critical" in QUEUES/,
    );
  });

  test('reports every mistake of the configuration', async () => {
    const { exitCode, stdout } = await doctor({ PORT: 'x', LOG_LEVEL: 'loud' });
    assert.equal(exitCode, 1);
    assert.match(stdout, /ERROR The configuration has 2 mistakes:\n +PORT: .*\n +LOG_LEVEL: /);
  });

  test('reports a server that does not answer, without its password', async () => {
    const { exitCode, stdout } = await doctor({ DATABASE_URL: 'postgres://me:secret@127.0.0.1:9/none' });
    assert.equal(exitCode, 1);
    assert.match(
      stdout,
      /ERROR DATABASE_URL: cannot connect to postgres:\/\/me:\*\*\*@127\.0\.0\.1:9\/none: .*refused/i,
    );
    assert.doesNotMatch(stdout, /secret/);
  });

  test('reports that there is no database at all', async () => {
    const { exitCode, stdout } = await doctor({ DATABASE_URL: '' });
    assert.equal(exitCode, 1);
    assert.match(stdout, /ERROR no database\n +→ set DATABASE_URL, or run npx howdah dev/);
  });

  test('reports a database without Howdah in it, and changes nothing there', async () => {
    const empty = await createEmptyDatabase();
    try {
      const { exitCode, stdout } = await doctor({ DATABASE_URL: empty.connectionString });
      assert.equal(exitCode, 1);
      assert.match(stdout, /ERROR Howdah is not installed in this database\n +→ run npx howdah migrate/);
      const again = await doctor({ DATABASE_URL: empty.connectionString });
      assert.match(again.stdout, /not installed/);
    } finally {
      await empty.drop();
    }
  });

  test('says of a server that lets nobody in what to correct', async () => {
    const wrong = new URL(queue.database.connectionString);
    wrong.username = 'howdah_nobody';
    const { stdout } = await doctor({ DATABASE_URL: wrong.href });
    assert.match(stdout, /ERROR DATABASE_URL: .*"howdah_nobody".*\n +→ correct the user/);
    wrong.username = new URL(queue.database.connectionString).username;
    wrong.pathname = '/nowhere';
    const other = await doctor({ DATABASE_URL: wrong.href });
    assert.match(
      other.stdout,
      /ERROR .*"nowhere" does not exist\n +→ create that database, or correct its name/,
    );
  });

  test('reports an engine that somebody changed', async () => {
    await queue.pool.query('create table graphile_worker.extra (id integer)');
    const { exitCode, stdout } = await doctor({ ROUTES: 'send_verify_email=rabbitmq:mails' });
    await queue.pool.query('drop table graphile_worker.extra');
    assert.equal(exitCode, 1);
    assert.match(
      stdout,
      namedPattern(/ERROR Schema "graphile_worker" is not the graphile-worker .*table extra is unknown/),
    );
    assert.match(stdout, /ok +engine of queue "critical"/);
    assert.match(
      stdout,
      /ERROR The configuration has a mistake:\n +RABBITMQ_URL: .*send_verify_email goes to rabbitmq/,
    );
  });

  test('reports a database at another version', async () => {
    const { rows } = await queue.pool.query<{ fingerprint: string }>(
      'select fingerprint from howdah.installed_sql',
    );
    await queue.pool.query("update howdah.installed_sql set fingerprint = 'of another version'");
    const { exitCode, stdout } = await doctor();
    await queue.pool.query('update howdah.installed_sql set fingerprint = $1', [rows[0]?.fingerprint]);
    assert.equal(exitCode, 1);
    assert.match(stdout, /ERROR the database is at another version\n +→ run npx howdah migrate/);
  });

  test('warns of a migration whose file was edited', async () => {
    const change = (hash: string) =>
      queue.pool.query(
        "update howdah.migrations set hash = $1 where name = '0001_worker_grants' returning 1",
        [hash],
      );
    const { rows } = await queue.pool.query<{ hash: string }>(
      "select hash from howdah.migrations where name = '0001_worker_grants'",
    );
    await change('another');
    const { stdout } = await doctor();
    await change(rows[0]?.hash ?? '');
    assert.match(
      stdout,
      /warn +migration 0001_worker_grants of application "bank" was edited after it was applied\n +→ npx howdah migrate --check/,
    );
    assert.match(stdout, /ok +tables, functions and triggers of this version/);
  });

  test('tells a program that is too old from a database that is', async () => {
    await queue.pool.query(
      `insert into howdah.migrations (application, name, hash) values ('', '9999_later', 'later')`,
    );
    const { exitCode, stdout } = await doctor();
    await queue.pool.query("delete from howdah.migrations where name = '9999_later'");
    assert.equal(exitCode, 1);
    assert.match(
      stdout,
      /ERROR the database is at a newer version than this one\n +→ update this one; do not/,
    );
  });

  test('reports triggers that were left disabled, and defaults that somebody planted, changed or dropped', async () => {
    const table = 'graphile_worker_critical._private_jobs';
    await queue.pool.query(`
      create function public.now() returns timestamptz language sql as 'select pg_catalog.now()';
      alter table howdah.queue_registry alter column created_at set default public.now();
      alter table howdah.job_history alter column last_error set default pg_backend_pid()::text;
      alter table ${table} alter column payload drop default;
      alter table ${table} disable trigger howdah_gate`);
    const { exitCode, stdout } = await doctor();
    await queue.pool.query(`
      alter table howdah.queue_registry alter column created_at set default pg_catalog.now();
      alter table howdah.job_history alter column last_error drop default;
      alter table ${table} alter column payload set default '{}';
      alter table ${table} enable trigger howdah_gate;
      drop function public.now()`);
    assert.equal(exitCode, 1);
    for (const words of [
      /ERROR the default of howdah\.queue_registry\.created_at is public\.now\(\), and not now\(\)\n/,
      /ERROR the default of howdah\.job_history\.last_error is .*pg_backend_pid.* any of ours\n.*column last_error drop default\n/,
      /ERROR the default of graphile_worker_critical\._private_jobs\.payload is gone, .*\n.* set default '\{\}'::json\n/,
    ])
      assert.match(stdout, namedPattern(words));
    assert.match(
      stdout,
      namedPattern(
        /ERROR triggers of graphile_worker_critical\._private_jobs are disabled: howdah_gate\n +→ alter table/,
      ),
    );
  });

  test('goes on past a check that cannot be made, and waits for no lock', async () => {
    const client = await queue.pool.connect();
    try {
      await client.query('begin; lock table graphile_worker._private_jobs in access exclusive mode');
      const { exitCode, stdout } = await doctor();
      assert.equal(exitCode, 1);
      assert.match(stdout, /ok +crontab/);
      assert.match(
        stdout,
        /ERROR queues and tasks cannot be checked: .*lock timeout\n +→ end the transaction that holds the lock/,
      );
    } finally {
      await client.query('rollback');
      client.release();
    }
  });

  test('says how to get back a function that somebody dropped', async () => {
    await queue.pool.query('alter function howdah.missing_grants() rename to lost');
    const { exitCode, stdout } = await doctor();
    await queue.pool.query('alter function howdah.lost() rename to missing_grants');
    assert.equal(exitCode, 1);
    assert.match(
      stdout,
      namedPattern(/ERROR roles cannot be checked: .*\n +→ .*delete from howdah\.installed_sql/),
    );
    assert.match(stdout, /warn +queue "default" has no worker/);
  });

  test('reports what its role may not do', async () => {
    const role = `clerk_${randomBytes(4).toString('hex')}`;
    await queue.pool.query(`create role ${role} login password 'clerk'`);
    await queue.pool.query(`grant usage on schema howdah to ${role}`);
    const url = new URL(queue.database.connectionString);
    [url.username, url.password] = [role, 'clerk'];
    try {
      const { exitCode, stdout } = await doctor({ DATABASE_URL: url.href });
      assert.equal(exitCode, 1);
      assert.match(
        stdout,
        new RegExp(`ERROR role "${role}" lacks .* and \\d+ more\n +→ grant ${TEST_SCHEMA}_worker to`),
      );
      await queue.pool.query(`revoke usage on schema howdah from ${role}`);
      assert.match(
        (await doctor({ DATABASE_URL: url.href })).stdout,
        new RegExp(
          `ERROR .*cannot be checked: permission denied .*\n +→ grant ${TEST_SCHEMA}_worker to the role`,
        ),
      );
    } finally {
      await queue.pool.query(`drop owned by ${role}`);
      await queue.pool.query(`drop role ${role}`);
    }
  });

  test('warns of roles that lack what they are for, with the remedy', async () => {
    await queue.pool.query('revoke select on howdah.queues from howdah_viewer');
    const { exitCode, stdout } = await doctor();
    await queue.pool.query('select howdah.grant_roles()');
    assert.equal(exitCode, 0);
    assert.match(
      stdout,
      namedPattern(
        /warn +role "howdah_viewer": It lacks select on queues\.\n +→ As .*: select howdah\.grant_roles\(\);/,
      ),
    );
    assert.match((await doctor()).stdout, /ok +roles for producers, viewers, operators and workers/);
  });

  test('warns of tasks that no worker knows', async () => {
    const processor = await queue.start();
    try {
      const { stdout } = await doctor();
      assert.match(stdout, /warn +task "send_welcome_email" is known to no worker\n +→ start a worker/);
      assert.doesNotMatch(stdout, /task "works"/);
    } finally {
      await processor.stop(0);
    }
  });

  test('tells programs the same in JSON', async () => {
    const { exitCode, stdout } = await runHowdah(['doctor'], {
      DATABASE_URL: queue.database.connectionString,
    });
    const { ok, findings } = JSON.parse(stdout);
    assert.deepEqual([exitCode, ok], [0, true]);
    assert.deepEqual(findings[0], { level: 'ok', what: 'configuration (development)' });
  });
});
