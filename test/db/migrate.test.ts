import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { sweepAsWorker } from '../support/sweep.ts';
import { createEmptyDatabase } from '../support/test-database.ts';
import { openTestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

let admin: pg.Client;
let connectionString: string;
let cleanUp: () => Promise<void>;

before(async () => {
  const database = await createEmptyDatabase();
  connectionString = database.connectionString;
  admin = new pg.Client({ connectionString });
  await admin.connect();
  cleanUp = async () => {
    await admin.end();
    await database.drop();
  };
});

after(() => cleanUp());

test('an existing graphile_worker schema with jobs is adopted as queue default, ids kept and never given twice', async () => {
  await runMigrations({ connectionString, schema: 'graphile_worker' });
  const { rows: old } = await admin.query(`select id from graphile_worker.add_job('old', '{"n":1}')`);
  await migrateDatabase({ connectionString, queues: ['critical'] });
  const { rows } = await admin.query('select id, queue, state, payload from howdah.jobs');
  assert.deepEqual(rows, [{ id: old[0].id, queue: 'default', state: 'available', payload: { n: 1 } }]);
  const { rows: added } = await admin.query(
    `select (graphile_worker.add_job('a')).id union all select (graphile_worker_critical.add_job('b')).id`,
  );
  const ids = added.map(({ id }) => BigInt(id));
  assert.equal(new Set(ids).size, 2);
  assert.ok(ids.every((id) => id > BigInt(old[0].id)));
});

test('what failed for good in an adopted schema is discarded, and what a dead worker held there is freed in time', async () => {
  const database = await createEmptyDatabase();
  const client = new pg.Client({ connectionString: database.connectionString });
  try {
    await client.connect();
    await runMigrations({ connectionString: database.connectionString, schema: 'graphile_worker' });
    await client.query(`select graphile_worker.add_job('old', '{}') from generate_series(1, 3)`);
    await client.query(`
      update graphile_worker._private_jobs set attempts = 25, last_error = 'gave up' where id = 1;
      update graphile_worker._private_jobs set attempts = 1, locked_by = 'pool-old',
        locked_at = now() - case id when 2 then interval '5 hours' else interval '3 hours' end where id > 1`);
    await migrateDatabase({ connectionString: database.connectionString, queues: [] });
    await sweepAsWorker(database.connectionString);
    const { rows } = await client.query('select id, state, attempt, last_error from howdah.jobs order by id');
    assert.deepEqual(rows, [
      { id: '1', state: 'discarded', attempt: 25, last_error: 'gave up' },
      { id: '2', state: 'available', attempt: 1, last_error: null },
      { id: '3', state: 'running', attempt: 1, last_error: null },
    ]);
  } finally {
    await client.end();
    await database.drop();
  }
});

test('eight processes that migrate at once all succeed', async () => {
  const queues = ['critical', 'bulk', 'mail'];
  await Promise.all(Array.from({ length: 8 }, () => migrateDatabase({ connectionString, queues })));
  const { rows } = await admin.query('select name from howdah.queues order by name');
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['bulk', 'critical', 'default', 'mail'],
  );
});

test('a queue made by another process stays when this one does not name it', async () => {
  await migrateDatabase({ connectionString, queues: [] });
  const { rows } = await admin.query("select from howdah.queues where name = 'bulk'");
  assert.equal(rows.length, 1);
});

test('creating a queue does not stop the workers of the others', async () => {
  const works = testTask('works');
  const queue = await openTestQueue([[works, async () => {}]]);
  try {
    const processor = await queue.start();
    await migrateDatabase({ connectionString: queue.database.connectionString, queues: ['brand_new'] });
    const { id } = await queue.distributor.distribute(queue.pool, works, {});
    await queue.untilState(id, 'completed');
    assert.deepEqual(processor.idleQueues(), []);
    assert.equal(process.exitCode, undefined);
  } finally {
    await queue.close();
  }
});

test('an installation that waits for somebody’s open transaction does not hold up the queue', async () => {
  const works = testTask('works');
  const queue = await openTestQueue([[works, async () => {}]]);
  const open = await queue.pool.connect();
  try {
    await queue.start();
    await open.query('begin');
    await queue.distributor.distribute(open, works, {});
    await queue.pool.query('delete from howdah.installed_sql');
    const migrated = migrateDatabase({
      connectionString: queue.database.connectionString,
      queues: ['critical'],
    });
    await waitFor('it to wait', async () => {
      const waiting = await queue.pool.query(
        `select from pg_stat_activity where application_name = 'howdah migrate' and wait_event_type = 'Lock'`,
      );
      return waiting.rows.length > 0;
    });
    const { id } = await queue.distributor.distribute(queue.pool, works, {});
    await queue.untilState(id, 'completed');
    await open.query('commit');
    await migrated;
  } finally {
    await open.query('rollback');
    open.release();
    await queue.close();
  }
});

test('a database that a later version migrated is left as it is, with an error that says so', async () => {
  const database = await createEmptyDatabase();
  const client = new pg.Client({ connectionString: database.connectionString });
  try {
    await client.connect();
    const migrateAgain = () => migrateDatabase({ connectionString: database.connectionString, queues: [] });
    await migrateAgain();
    await client.query(`
      insert into howdah.migrations (application, name, hash) values ('', '9999_later', 'later');
      update howdah.installed_sql set fingerprint = 'later'`);
    await assert.rejects(migrateAgain(), { name: 'NewerSchemaError', message: /a later version of Howdah/ });
    const { rows } = await client.query('select fingerprint from howdah.installed_sql');
    assert.deepEqual(rows, [{ fingerprint: 'later' }]);
  } finally {
    await client.end();
    await database.drop();
  }
});
