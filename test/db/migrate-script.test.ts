/** What `howdah migrate --sql` prints for an application does what a migration does, whatever its files and the session say. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import pg from 'pg';
import { withSchema } from '../../src/config/database/database-address.ts';
import { lookAtMigration } from '../../src/db/migration/look-at-migration.ts';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { type MigrationFolder, makeMigrationFolder } from '../support/migration-folder.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

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
  await client.query('drop schema if exists shop cascade');
});

after(async () => {
  await client.end();
  await database.drop();
});

const applications = () => [{ application: 'shop', folder: shop.url }];

async function print(connectionString = database.connectionString): Promise<string> {
  const options = { waitLimitMs: 1_000, onWait: () => {}, applications: applications() };
  return (await lookAtMigration({ connectionString, queues: [], ...options })).script;
}

/** What is left of it is undone. */
async function run(script: string): Promise<void> {
  try {
    await client.query(script);
  } finally {
    await client.query('rollback');
  }
}

async function forget(schema = 'howdah'): Promise<void> {
  await client.query(`delete from ${schema}.migrations where application = 'shop'`);
}

for (const end of ['commit', 'rollback']) {
  test(`a ${end} in a file does not make it half done`, async () => {
    await shop.add('0000_orders', `create schema shop; ${end}; select nonsense`);
    await assert.rejects(run(await print()));
    const { rows } = await client.query("select to_regnamespace('shop') is null as gone");
    assert.deepEqual(rows, [{ gone: true }]);
  });
}

test('names without a schema are where a migration over the same address has them', async () => {
  await client.query('create schema shop');
  const url = new URL(database.connectionString);
  url.searchParams.set('options', '-c search_path=shop');
  await shop.add('0000_orders', 'create table orders (id integer)');
  await run(await print(url.href.replaceAll('+', '%20')));
  const { rows } = await client.query("select to_regclass('shop.orders') is not null as there");
  await client.query('drop table if exists public.orders');
  await forget();
  assert.deepEqual(rows, [{ there: true }]);
});

describe('for a Howdah of another name', () => {
  const TEXT = `create schema shop;
    comment on schema shop is E'it\\'s not howdah.jobs';
    create table shop.notes as select 'see howdah.jobs, it''s there' as note, $$howdah's$$::text as "it's", count(*) from howdah.jobs;
    insert into howdah.application_grants values ('shop', 'select', 'table', 'shop.notes');`;

  const connectionString = () => withSchema(database.connectionString, 'staging');

  async function read(): Promise<unknown> {
    const { rows } = await client.query(
      `select to_json(n) as note, obj_description('shop'::regnamespace) as comment,
              (select count(*)::int from staging.application_grants where application = 'shop') as grants from shop.notes n`,
    );
    await client.query(
      "drop schema shop cascade; delete from staging.application_grants where application = 'shop'",
    );
    await forget('staging');
    return rows;
  }

  test('a migration and its script leave alone what is no name of Howdah’s', async () => {
    await migrateDatabase({ connectionString: connectionString(), queues: [] });
    await shop.add('0000_notes', TEXT);
    await migrateDatabase({ connectionString: connectionString(), queues: [], applications: applications() });
    const migrated = await read();
    assert.deepEqual(migrated, [
      {
        note: { note: "see howdah.jobs, it's there", "it's": "howdah's", count: 0 },
        comment: "it's not howdah.jobs",
        grants: 1,
      },
    ]);
    await run(await print(connectionString()));
    assert.deepEqual(await read(), migrated);
  });
});
