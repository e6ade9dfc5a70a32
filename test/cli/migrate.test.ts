import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import pg from 'pg';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { migrationTarget } from '../../src/start/database/migration-target.ts';
import { loadedBank } from '../support/bank-catalogue.ts';
import { type CliResult, runHere } from '../support/howdah-cli.ts';
import { restoreDump } from '../support/restore-dump.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { createTestLogin } from '../support/test-login.ts';

let database: TestDatabase;
let client: pg.Client;

beforeEach(async () => use(await createEmptyDatabase()));

afterEach(drop);

async function use(next: TestDatabase): Promise<void> {
  database = next;
  process.env['DATABASE_URL'] = database.connectionString;
  process.env['QUEUES'] = 'critical:1,default:1';
  client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
}

async function drop(): Promise<void> {
  delete process.env['DATABASE_URL'];
  delete process.env['QUEUES'];
  await client.end();
  await database.drop();
}

const howdah = (...options: string[]): Promise<CliResult> => runHere(['migrate', ...options]);

/** Names of all there is, and the text of what has one. */
async function describeAll(): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(`
    with ours as (select oid, nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema')
    select nspname as line from ours
    union all select c.oid::regclass::text || ' ' || c.relkind::text from pg_class c join ours on ours.oid = c.relnamespace
    union all select pg_get_functiondef(p.oid) from pg_proc p join ours on ours.oid = p.pronamespace
    union all select pg_get_triggerdef(g.oid) from pg_trigger g where not g.tgisinternal
    union all select c.oid::regclass::text || ' ' || (a.x).grantee::regrole::text || ' ' || (a.x).privilege_type
              from pg_class c join ours on ours.oid = c.relnamespace, lateral (select aclexplode(c.relacl) as x) a
              where (a.x).grantee <> 0
    order by 1`);
  return rows.map(({ line }) => line);
}

/** What a migration writes down beside what it makes, but for times. */
async function readRecords(): Promise<unknown[]> {
  const { rows } = await client.query(`
    select to_jsonb(m) - 'applied_at' as row from howdah.migrations m
    union all select to_jsonb(i) - 'installed_at' from howdah.installed_sql i
    union all select to_jsonb(s) - 'id' from howdah_migrations.__drizzle_migrations s
    union all select to_jsonb(g) from howdah.application_grants g
    union all select to_jsonb(q) - 'created_at' from howdah.queue_registry q
    order by 1`);
  return rows;
}

describe('howdah migrate', () => {
  test('brings a database to this version, and says so', async () => {
    const { exitCode, stdout, stderr } = await howdah('--text');
    assert.deepEqual([exitCode, stdout, stderr], [0, 'The database is up to date.\n', '']);
    const { rows } = await client.query('select name from howdah.queues order by 1');
    assert.deepEqual(rows, [{ name: 'critical' }, { name: 'default' }]);
  });

  test('says in a sentence why it does not', async () => {
    await howdah();
    await client.query(
      `insert into howdah.migrations (application, name, hash) values ('', '9999_later', 'later')`,
    );
    for (const options of [[], ['--check'], ['--sql']]) {
      const { exitCode, stdout, stderr } = await howdah(...options);
      assert.deepEqual([exitCode, stdout], [1, '']);
      assert.match(stderr, /^howdah: a later version of Howdah has migrated this database; .*\n$/);
    }
  });

  test('says of a database without Howdah that it lacks it, and who may mend that', async () => {
    const login = await createTestLogin(database, client);
    process.env['DATABASE_URL'] = login.connectionString;
    const { exitCode, stderr } = await howdah();
    await login.drop();
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      new RegExp(
        `^howdah: this database lacks Howdah altogether, and role "${login.name}" may not bring it about \\(permission denied for database .*\\): run npx howdah migrate as a role that may create schemas here, such as`,
      ),
    );
  });

  test('takes one of --check and --sql', async () => {
    const { exitCode, stderr } = await howdah('--check', '--sql');
    assert.equal(exitCode, 2);
    assert.match(stderr, /expected --check or --sql, received both/);
  });
});

describe('howdah migrate --check', () => {
  test('exits with 1 and says what is due, and changes nothing', async () => {
    const before = await describeAll();
    const { exitCode, stdout } = await howdah('--check', '--text');
    assert.equal(exitCode, 1);
    assert.match(
      stdout,
      /^Due:\n {2}the numbered migrations 0001_howdah, .*\n {2}the queues critical, default\n/,
    );
    assert.match(stdout, /\n {2}the migrations of application "bank": 0000_users, /);
    assert.deepEqual(await describeAll(), before);
  });

  test('exits with 0 where nothing is due', async () => {
    await howdah();
    assert.deepEqual(await howdah('--check', '--json'), {
      exitCode: 0,
      stdout: `${JSON.stringify({ up_to_date: true, due: [], edited: [] }, null, 2)}\n`,
      stderr: '',
    });
  });

  test('exits with 1 where a file was edited after it was applied, which migrate tells of too', async () => {
    await howdah();
    await client.query("update howdah.migrations set hash = 'another' where name = '0001_worker_grants'");
    const { exitCode, stdout } = await howdah('--check', '--text');
    assert.equal(exitCode, 1);
    const said = /migration 0001_worker_grants of application "bank" was edited after it was applied/;
    assert.match(stdout, /^The database is up to date\.\nNot as it was applied:\n {2}migration 0001/);
    assert.match(stdout, said);
    const migrated = await howdah();
    assert.equal(migrated.exitCode, 0);
    assert.match(migrated.stderr, said);
  });

  test('knows of a queue, of an application’s migration and of a sequence that lags', async () => {
    await howdah();
    process.env['QUEUES'] = 'mail:1';
    assert.match((await howdah('--check', '--text')).stdout, /^Due:\n {2}the queue mail\n$/);
    process.env['QUEUES'] = 'critical:1';
    await client.query(
      "delete from howdah.migrations where application = 'bank' and name = '0001_worker_grants'",
    );
    assert.match(
      (await howdah('--check', '--text')).stdout,
      /^Due:\n {2}the migrations of application "bank": 0001_worker_grants\n$/,
    );
    await client.query('delete from howdah.application_grants; select howdah.grant_roles()');
    await howdah();
    await client.query(
      "insert into howdah.job_history (id, queue, task, state, priority, attempt, max_attempts, run_at, created_at, finished_at, payload) values (4711, 'default', 't', 'completed', 0, 1, 1, now(), now(), now(), '{}')",
    );
    const lagging = await howdah('--check', '--text');
    assert.deepEqual(
      [lagging.exitCode, lagging.stdout],
      [1, 'Due:\n  moving the sequences howdah.job_id_seq past the ids that are taken\n'],
    );
    await client.query((await howdah('--sql')).stdout);
    assert.equal((await howdah('--check')).exitCode, 0);
  });
});

describe('howdah migrate --sql', () => {
  const target = migrationTarget({ queues: [{ name: 'critical', concurrency: 1 }] }, loadedBank);

  /** The same made by the script as by a migration. */
  async function compare(make: () => Promise<TestDatabase>): Promise<void> {
    await drop();
    await use(await make());
    const before = await describeAll();
    const { exitCode, stdout } = await howdah('--sql');
    assert.equal(exitCode, 0);
    assert.deepEqual(await describeAll(), before, 'printing changes nothing');
    await client.query('reset all');
    await client.query(stdout);
    const printed = [await describeAll(), await readRecords()];
    assert.equal((await howdah('--check')).exitCode, 0);
    await drop();
    await use(await make());
    await migrateDatabase({ connectionString: database.connectionString, ...target });
    assert.deepEqual([await describeAll(), await readRecords()], printed);
  }

  test('prints what makes of an empty database what a migration makes', () => compare(createEmptyDatabase));

  test('and of a database of 0.1', () => compare(() => restoreDump('release-0-1')));

  test('is for psql: no line of it is a command of psql, and all is one transaction', async () => {
    const { stdout } = await howdah('--sql');
    assert.doesNotMatch(stdout, /^\s*\\/m);
    const ends = stdout.match(/^(begin|commit|rollback);$/gm);
    assert.deepEqual(ends, ['begin;', 'commit;']);
    await assert.rejects(client.query(stdout.replace(/commit;\n$/, 'select nonsense; commit;')));
    await client.query('rollback');
    assert.deepEqual(await describeAll(), ['public']);
  });

  test('fails as a whole where somebody migrated since', async () => {
    const { stdout } = await howdah('--sql');
    await howdah();
    const before = [await describeAll(), await readRecords()];
    await assert.rejects(client.query(stdout), { message: /already exists/ });
    await client.query('rollback');
    assert.deepEqual([await describeAll(), await readRecords()], before);
  });

  test('says that nothing is due', async () => {
    await drop();
    await use(await createTestDatabase());
    assert.deepEqual(await howdah('--sql'), { exitCode: 0, stdout: '-- Nothing is due.\n', stderr: '' });
  });
});
