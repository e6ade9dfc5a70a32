import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import pg from 'pg';
import { isMigrated, migrateDatabase } from '../../src/db/migration/migrate.ts';
import { type MigrationFolder, makeMigrationFolder } from '../support/migration-folder.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';

let database: TestDatabase;
let client: pg.Client;
let shop: MigrationFolder;

before(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
});

beforeEach(async () => {
  shop = await makeMigrationFolder();
});

afterEach(async () => {
  await shop.remove();
  await client.query(`
    drop schema if exists shop, drizzle cascade;
    delete from howdah.migrations where application in ('shop', 'other')`);
});

after(async () => {
  await client.end();
  await database.drop();
});

const migrate = (application = 'shop', folder = shop.url) =>
  migrateDatabase({
    connectionString: database.connectionString,
    queues: [],
    applications: [{ application, folder }],
  });

async function tables(schema = 'shop'): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'select tablename as name from pg_tables where schemaname = $1 order by 1',
    [schema],
  );
  return rows.map(({ name }) => name);
}

async function names(application = 'shop'): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'select name from howdah.migrations where application = $1 order by 1',
    [application],
  );
  return rows.map(({ name }) => name);
}

describe('migrations of an application', () => {
  test('are applied by name, each once', async () => {
    await shop.add(
      '0000_orders',
      'create schema shop;\n--> statement-breakpoint\ncreate table shop.orders (id integer)',
    );
    await migrate();
    await migrate();
    await shop.add('0001_items', 'create table shop.items (id integer) -- no semicolon');
    await migrate();
    assert.deepEqual(await tables(), ['items', 'orders']);
    assert.deepEqual(await names(), ['0000_orders', '0001_items']);
  });

  test('that arrive with an older stamp than the newest applied one are applied', async () => {
    await shop.add('0000_orders', 'create schema shop; create table shop.orders (id integer)', 2_000);
    await migrate();
    await shop.add('0001_of_another_branch', 'create table shop.late (id integer)', 1_000);
    await migrate();
    assert.deepEqual(await tables(), ['late', 'orders']);
  });

  test('have names of their own in each application', async () => {
    await shop.add('0000_first', 'create schema shop; create table shop.mine (id integer)');
    await migrate();
    const other = await makeMigrationFolder();
    await other.add('0000_first', 'create table shop.others (id integer)');
    await migrate('other', other.url);
    await other.remove();
    assert.deepEqual(await tables(), ['mine', 'others']);
    assert.deepEqual([await names(), await names('other')], [['0000_first'], ['0000_first']]);
  });

  test('may use what Howdah has in the database, and come after it', async () => {
    await shop.add(
      '0000_orders',
      `create schema shop;
       create table shop.orders as select name from howdah.queues where howdah.retry_delay(1) is not null`,
    );
    await client.query('delete from howdah.installed_sql');
    await migrate();
    const { rows } = await client.query('select name from shop.orders order by 1');
    assert.deepEqual(rows, [{ name: 'critical' }, { name: 'default' }]);
  });

  test('are applied once by processes that start together', async () => {
    await shop.add('0000_orders', 'create schema shop; create table shop.orders (id integer)');
    await Promise.all([migrate(), migrate(), migrate()]);
    assert.deepEqual(await names(), ['0000_orders']);
  });

  test('wait for locks of others as Howdah’s do, and are not half done meanwhile', async () => {
    await shop.add('0000_orders', 'create schema shop; create table shop.orders (id integer)');
    await migrate();
    const other = new pg.Client({ connectionString: database.connectionString });
    await other.connect();
    await other.query('begin; select from shop.orders');
    await shop.add('0001_items', 'create table shop.items (id integer); drop table shop.orders');
    const said: string[] = [];
    const migrated = migrateDatabase({
      connectionString: database.connectionString,
      queues: [],
      applications: [{ application: 'shop', folder: shop.url }],
      onWait: (message) => said.push(message),
    });
    await waitFor('it to say for whom it waits', () => said.length > 0);
    assert.deepEqual(await tables(), ['orders']);
    await other.query('commit');
    await other.end();
    await migrated;
    assert.match(
      said[0] ?? '',
      /^waiting to apply the migrations of application "shop": the lock is held by pid/,
    );
    assert.deepEqual(await tables(), ['items']);
  });

  test('leave no setting of their session behind for what comes after them', async () => {
    await shop.add('0000_orders', 'create schema shop; set search_path = shop; set role howdah_viewer');
    const other = await makeMigrationFolder();
    await other.add(
      '0000_first',
      'create table shop.path as select current_setting($$search_path$$) as path, current_user as role',
    );
    await migrateDatabase({
      connectionString: database.connectionString,
      queues: [],
      applications: [
        { application: 'shop', folder: shop.url },
        { application: 'other', folder: other.url },
      ],
    });
    await other.remove();
    const { rows } = await client.query('select path, role = current_user as same from shop.path');
    assert.deepEqual(rows, [{ path: 'public', same: true }]);
  });
});

test('a view on one of Howdah’s is named where it keeps a new version from replacing that', async () => {
  await shop.add(
    '0000_waiting',
    'create schema shop; create view shop.waiting as select id from howdah.jobs',
  );
  await migrate();
  await client.query('delete from howdah.installed_sql');
  await assert.rejects(migrate(), {
    name: 'MigrationFailedError',
    message:
      /: view shop\.waiting depends on view howdah\.jobs: drop it, migrate, and make it again \(nothing was changed\)$/,
  });
  await client.query('drop schema shop cascade');
  await migrate();
});

test('limits that the database sets for transactions are not meant for migrations of applications either', async () => {
  const version = await client.query("select current_setting('server_version_num')::integer as number");
  const isKnown = version.rows[0]?.number >= 170_000;
  if (isKnown) await client.query(`alter database ${database.name} set transaction_timeout = '700ms'`);
  await client.query(`alter database ${database.name} set statement_timeout = '700ms'`);
  await shop.add('0000_orders', 'create schema shop; select pg_sleep(0.8)');
  await shop.add('0001_items', 'create table shop.items (id integer); select pg_sleep(0.8)');
  await migrate();
  await client.query(`alter database ${database.name} reset all`);
  assert.deepEqual(await tables(), ['items']);
});

describe('a migration of an application that fails', () => {
  test('leaves nothing of itself nor of those that were due with it, and is named with its line', async () => {
    await shop.add('0000_orders', 'create schema shop; create table shop.orders (id integer)');
    await migrate();
    await shop.add('0001_items', 'create table shop.items (id integer)');
    const file = await shop.add('0002_broken', 'create table shop.more (id integer);\nselect nonsense');
    await assert.rejects(migrate(), (error: Error) => {
      assert.equal(error.name, 'MigrationFailedError');
      assert.equal(
        error.message,
        `migration 0002_broken of application "shop" failed (${file}:2): column "nonsense" does not exist (nothing was changed by it)`,
      );
      return true;
    });
    assert.deepEqual(await tables(), ['orders']);
    assert.deepEqual(await names(), ['0000_orders']);
  });

  test('is named also when it fails while it runs', async () => {
    const file = await shop.add(
      '0000_twice',
      "create schema shop; do $$ begin raise exception 'no' ; end $$",
    );
    await assert.rejects(migrate(), { message: new RegExp(`failed \\(${file}\\): no `) });
    assert.deepEqual(await names(), []);
  });

  for (const end of ['commit', 'rollback']) {
    test(`cannot make itself half done by ${end}`, async () => {
      await shop.add('0000_orders', `create schema shop; ${end}; select nonsense`);
      await assert.rejects(migrate(), { name: 'MigrationFailedError', message: /0000_orders\.sql/ });
      const { rows } = await client.query("select to_regnamespace('shop') is null as gone");
      assert.deepEqual(rows, [{ gone: true }]);
    });
  }

  test('is told of also where a constraint is put off until the end', async () => {
    await shop.add(
      '0000_orders',
      'create schema shop; create table shop.orders (id integer unique deferrable)',
    );
    await shop.add('0001_twice', 'set constraints all deferred; insert into shop.orders values (1), (1)');
    await assert.rejects(migrate(), {
      name: 'MigrationFailedError',
      message:
        /^the migrations 0000_orders, 0001_twice of application "shop" failed when they were through: duplicate key .* \(nothing was changed by it\)$/,
    });
    assert.deepEqual([await tables(), await names()], [[], []]);
  });

  test('does not hold up Howdah’s own, which came before', async () => {
    await shop.add('0000_broken', 'select nonsense');
    await client.query('delete from howdah.installed_sql');
    await assert.rejects(migrate(), { name: 'MigrationFailedError' });
    assert.equal(await isMigrated(client, { queues: [] }), true);
  });

  test('is said to be due where it may not be applied', async () => {
    await shop.add('0000_orders', 'create schema shop');
    const start = migrateDatabase({
      connectionString: database.connectionString,
      queues: [],
      applications: [{ application: 'shop', folder: shop.url }],
      mayMigrate: false,
    });
    await assert.rejects(start, {
      name: 'MigrationDueError',
      message: /this database lacks the migrations of application "shop": 0000_orders: run/,
    });
  });
});

describe('what drizzle-kit applied before', () => {
  const text = 'create schema shop; create table shop.orders (id integer)';

  beforeEach(async () => {
    await shop.add('0000_orders', text, 1_000);
    await client.query(`${text};
      create schema drizzle;
      create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint);
      insert into drizzle.__drizzle_migrations (hash, created_at)
      values ('${createHash('sha256').update(text).digest('hex')}', 1000)`);
  });

  test('is known, and what comes after it is applied', async () => {
    await shop.add('0001_items', 'create table shop.items (id integer)');
    await migrate();
    assert.deepEqual(await tables(), ['items', 'orders']);
    const { rows } = await client.query(
      "select name, applied_at is null as before from howdah.migrations where application = 'shop' order by 1",
    );
    assert.deepEqual(rows, [
      { name: '0000_orders', before: true },
      { name: '0001_items', before: false },
    ]);
  });

  test('is not taken for a file with another text', async () => {
    await shop.add('0000_orders', `${text} -- changed`, 1_000);
    await assert.rejects(migrate(), { message: /0000_orders\.sql\S*\): schema "shop" already exists/ });
  });
});
