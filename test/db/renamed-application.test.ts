/** An application that is started under another name has all its migrations due again, which were applied under the other. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type pg from 'pg';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { type MigrationFolder, makeMigrationFolder } from '../support/migration-folder.ts';
import { openPool } from '../support/open-pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** Done twice it does harm, and nothing would keep it from that. */
const CREDITS = 'create schema if not exists shop; create table if not exists shop.credits (id serial);\n';
const CREDIT = 'insert into shop.credits default values';

let database: TestDatabase;
let pool: pg.Pool;
let shop: MigrationFolder;

before(async () => {
  database = await createTestDatabase();
  pool = openPool(database.connectionString);
});

beforeEach(async () => {
  shop = await makeMigrationFolder();
  await shop.add('0000_credits', CREDITS);
  await shop.add('0001_credit', CREDIT);
  await migrate('shop');
});

afterEach(async () => {
  await shop.remove();
  await pool.query(`
    drop schema if exists shop cascade;
    delete from howdah.migrations where application in ('shop', 'store');
    delete from howdah.application_registry where name in ('shop', 'store')`);
});

after(async () => {
  await pool.end();
  await database.drop();
});

const migrate = (application: string, folder = shop) =>
  migrateDatabase({
    connectionString: database.connectionString,
    queues: [],
    applications: [{ application, folder: folder.url }],
  });

const rename = (from: string, to: string) =>
  pool.query('select howdah.rename_application($1, $2)', [from, to]);

async function credits(): Promise<number> {
  return (await pool.query('select from shop.credits')).rows.length;
}

const REFUSED = {
  name: 'RenamedApplicationError',
  message:
    /^the migrations of application "store" were applied to this database as those of application "shop"\. If that is its former name: npx howdah apps rename shop store\. /,
};

describe('the migrations of an application under another name', () => {
  test('are not applied again, but refused with how to rename it', async () => {
    await assert.rejects(migrate('store'), REFUSED);
    assert.equal(await credits(), 1);
    await rename('shop', 'store');
    await migrate('store');
    assert.equal(await credits(), 1);
  });

  test('nor where a new version brings another one along', async () => {
    await shop.add('0002_another', CREDIT);
    await assert.rejects(migrate('store'), REFUSED);
    await rename('shop', 'store');
    await migrate('store');
    assert.equal(await credits(), 2);
  });

  test('nor by a process of the former name, once it has the other', async () => {
    await rename('shop', 'store');
    await assert.rejects(migrate('shop'), {
      name: 'RenamedApplicationError',
      message: /npx howdah apps rename store shop/,
    });
    assert.equal(await credits(), 1);
  });

  test('are applied where they differ from those of the other', async () => {
    const store = await makeMigrationFolder();
    await store.add('0000_credits', `${CREDITS} -- of store`);
    await store.add('0001_credit', CREDIT);
    await migrate('store', store);
    await store.remove();
    assert.equal(await credits(), 2);
  });
});

test('an application that is known by its migrations alone is renamed, one that is not known at all is refused', async () => {
  await rename('shop', 'store');
  await assert.rejects(rename('shop', 'press'), { code: 'HWNOA' });
  await assert.rejects(rename('store', 'No name'), { code: 'HWOPT', message: /received "No name"/ });
});
