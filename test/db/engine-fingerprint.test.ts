import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import pg from 'pg';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { engineFingerprint, readEngineObjects } from '../../src/db/schema/engine-fingerprint.ts';
import { ENGINE_FINGERPRINT, ENGINE_OBJECTS } from '../../src/db/schema/engine-objects.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let admin: pg.Client;

beforeEach(async () => {
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.connectionString });
  await admin.connect();
});

afterEach(async () => {
  await admin.end();
  await database.drop();
});

const migrate = () => migrateDatabase({ connectionString: database.connectionString, queues: ['critical'] });

/** Makes the next start believe that something of Howdah's changed. */
const outdate = () => admin.query('delete from howdah.installed_sql');

test('the fingerprint is that of graphile-worker 0.18.0, whatever the queue, with Howdah installed on it', async () => {
  const schemas = await readEngineObjects(admin, ['graphile_worker', 'graphile_worker_critical']);
  assert.equal(schemas.size, 2);
  for (const objects of schemas.values()) {
    assert.deepEqual(Object.fromEntries(objects), ENGINE_OBJECTS);
    assert.equal(engineFingerprint(objects), ENGINE_FINGERPRINT);
  }
});

test('a schema that is not there has no objects', async () => {
  assert.deepEqual(
    await readEngineObjects(admin, ['graphile_worker_none']),
    new Map([['graphile_worker_none', new Map()]]),
  );
});

const CHANGES = [
  ['alter table %s._private_jobs add column notes text', /table _private_jobs is different/],
  ['alter table %s._private_jobs drop column is_available cascade', /table _private_jobs is different/],
  ['drop function %s.force_unlock_workers', /function force_unlock_workers\(_text\) is missing/],
  [
    'create function %s.remove_job() returns void language sql as $$ select $$',
    /function remove_job\(\) is unknown/,
  ],
  [
    'create or replace function %s.force_unlock_workers(worker_ids text[]) returns void language sql as $$ select $$',
    /function force_unlock_workers\(_text\) is different/,
  ],
  ['create table %s.extra (id integer)', /table extra is unknown/],
  [
    'create trigger theirs before insert on %s._private_jobs for each row execute function howdah.skip_row()',
    /trigger theirs on _private_jobs is unknown/,
  ],
] as const;

for (const [change, difference] of CHANGES) {
  test(`a start is refused, with what differs, after: ${change.replace('%s', 'the queue')}`, async () => {
    await admin.query(change.replace('%s', 'graphile_worker_critical'));
    await assert.rejects(migrate(), (error: Error) => {
      assert.equal(error.name, 'EngineMismatchError');
      assert.match(error.message, /Schema "graphile_worker_critical" is not the graphile-worker 0\.18\.0/);
      assert.match(error.message, difference);
      return true;
    });
  });
}

test('a refused installation leaves what is installed as it is', async () => {
  await admin.query('create table graphile_worker.extra (id integer)');
  await outdate();
  await assert.rejects(migrate(), /table extra is unknown/);
  const { rows } = await admin.query("select from pg_trigger where tgname = 'howdah_gate'");
  assert.equal(rows.length, 2);
});

test('an engine schema that a newer graphile-worker migrated is refused, naming both versions', async () => {
  await admin.query('insert into graphile_worker.migrations (id) values (21)');
  await outdate();
  await assert.rejects(migrate(), /"graphile_worker" is at version 21 .* built for 20/);
});

test('own indexes, settings and comments on the engine tables are nobody else’s business', async () => {
  await admin.query('create index mine on graphile_worker._private_jobs (created_at)');
  await admin.query('alter table graphile_worker._private_jobs set (autovacuum_vacuum_scale_factor = 0.01)');
  await migrate();
});
