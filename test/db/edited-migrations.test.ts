/** The file of a migration that was applied says something else by now: the database has what it said then. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type pg from 'pg';
import { lookAtMigration } from '../../src/db/migration/look-at-migration.ts';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { numberedMigrations } from '../../src/db/migration/numbered-migrations.ts';
import { type MigrationFolder, makeMigrationFolder } from '../support/migration-folder.ts';
import { openPool } from '../support/open-pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const TEXT = 'create schema shop;\ncreate table shop.orders (id integer);\n';

let database: TestDatabase;
let pool: pg.Pool;
let shop: MigrationFolder;

before(async () => {
  database = await createTestDatabase();
  pool = openPool(database.connectionString);
});

beforeEach(async () => {
  shop = await makeMigrationFolder();
  await shop.add('0000_orders', TEXT);
  await migrate();
});

afterEach(async () => {
  await shop.remove();
  await pool.query(
    "drop schema if exists shop cascade; delete from howdah.migrations where application = 'shop'",
  );
});

after(async () => {
  await pool.end();
  await database.drop();
});

const target = () => ({
  connectionString: database.connectionString,
  queues: [],
  applications: [{ application: 'shop', folder: shop.url }],
});

/** @returns what it says of edited files */
async function migrate(mayMigrate = true): Promise<string[]> {
  const told: string[] = [];
  await migrateDatabase({ ...target(), mayMigrate, onEdited: (message) => told.push(message) });
  return told;
}

const look = () => lookAtMigration({ ...target(), waitLimitMs: 1_000, onWait: () => {} });

const SAID =
  /^migration 0000_orders of application "shop" was edited after it was applied, and the database has what it was before \(\S+0000_orders\.sql\): .* update \w+\.migrations set hash = '\w{64}' where application = 'shop' and name = '0000_orders';$/;

describe('an applied migration whose file was edited', () => {
  test('is told of by every start and look, and nothing is done about it', async () => {
    assert.deepEqual([await migrate(), (await look()).edited], [[], []]);
    await shop.add('0000_orders', TEXT.replace('id integer', 'id bigint'));
    for (const told of [await migrate(), await migrate(false), (await look()).edited]) {
      assert.equal(told.length, 1);
      assert.match(told[0] ?? '', SAID);
    }
    assert.deepEqual((await look()).due, []);
  });

  test('is told of no more once it is taken back, or noted', async () => {
    await shop.add('0000_orders', `${TEXT}-- a comment`);
    const [told = ''] = await migrate();
    const [statement = ''] = /update .*;$/.exec(told) ?? [];
    await shop.add('0000_orders', TEXT);
    assert.deepEqual(await migrate(), []);
    await shop.add('0000_orders', `${TEXT}-- a comment`);
    await pool.query(statement);
    assert.deepEqual(await migrate(), []);
  });

  test('is not one whose lines end otherwise, as git has it on Windows', async () => {
    await shop.add('0000_orders', TEXT.replaceAll('\n', '\r\n'));
    assert.deepEqual(await migrate(), []);
  });

  test('is told of beside what is due, and where that fails', async () => {
    await shop.add('0000_orders', `${TEXT}-- a comment`);
    await shop.add('0001_broken', 'select nonsense');
    const told: string[] = [];
    const migrated = migrateDatabase({ ...target(), onEdited: (message) => told.push(message) });
    await assert.rejects(migrated, { name: 'MigrationFailedError' });
    assert.equal(told.length, 1);
    const { due, edited } = await look();
    assert.deepEqual([due.length, edited.length], [1, 1]);
  });

  test('is told of where it is Howdah’s own', async () => {
    const { name, hash } = numberedMigrations()[0] ?? assert.fail();
    const change = (to: string) =>
      pool.query("update howdah.migrations set hash = $1 where application = '' and name = $2", [to, name]);
    await change('another');
    const told = await migrate();
    await change(hash);
    assert.match(told.join(), new RegExp(`^migration ${name} was edited after it was applied, `));
  });
});
