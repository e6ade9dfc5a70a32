/** A schema of somebody else's that has the name of one which Howdah would make. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import pg from 'pg';
import { withSchema } from '../../src/config/database/database-address.ts';
import { lookAtMigration } from '../../src/db/migration/look-at-migration.ts';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let client: pg.Client;

beforeEach(async () => {
  database = await createEmptyDatabase();
  client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
});

afterEach(async () => {
  await client.end();
  await database.drop();
});

async function schemas(): Promise<string[]> {
  const { rows } = await client.query(
    "select nspname as name from pg_namespace where nspname !~ '^(pg_|inf)' order by 1",
  );
  return rows.map(({ name }) => name);
}

const options = (schema: string, queues: string[] = []) => ({
  connectionString: withSchema(database.connectionString, schema),
  queues,
});

for (const { schema, queues, name } of [
  { schema: 'shop', queues: [], name: 'shop' },
  { schema: 'shop', queues: [], name: 'shop_engine' },
  { schema: 'shop', queues: ['mail'], name: 'shop_engine_mail' },
  { schema: 'howdah', queues: ['mail'], name: 'graphile_worker_mail' },
]) {
  test(`${name} is left alone, and so is all else`, async () => {
    await client.query(`create schema ${name}; create table ${name}.jobs (id integer)`);
    const before = await schemas();
    const refused = {
      name: 'ForeignSchemaError',
      message: new RegExp(
        `^this database has a schema "${name}" that is not Howdah's: .*HOWDAH_SCHEMA, or the option schema`,
      ),
    };
    await assert.rejects(migrateDatabase(options(schema, queues)), refused);
    await assert.rejects(
      lookAtMigration({ ...options(schema, queues), waitLimitMs: 1_000, onWait: () => {} }),
      refused,
    );
    assert.deepEqual(await schemas(), before);
  });
}

test('an empty one for a queue may be there already, as made by who may make schemas', async () => {
  await client.query('create schema shop_engine');
  await migrateDatabase(options('shop'));
  await migrateDatabase(options('shop', ['default']));
});
