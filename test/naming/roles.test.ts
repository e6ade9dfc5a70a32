import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { withSchema } from '../../src/config/database/database-address.ts';
import { createClient } from '../../src/db/connections/connection.ts';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { announceTasks } from '../../src/enqueue/announce-tasks.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { createTestLogin, type TestLogin } from '../support/test-login.ts';
import { testTask } from '../support/test-queue.ts';

const DENIED = { code: '42501' };

let database: TestDatabase;
let pool: pg.Pool;
const logins = {} as Record<'producer' | 'viewer' | 'operator', TestLogin>;

before(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.connectionString });
  const connectionString = withSchema(database.connectionString, 'staging');
  await migrateDatabase({ connectionString, queues: ['default'] });
  const client = createClient({ connectionString, applicationName: 'test' });
  await client.connect();
  await announceTasks(client, createCatalogue([testTask('works')]), 'shop');
  await client.end();
  for (const kind of ['producer', 'viewer', 'operator'] as const) {
    logins[kind] = await createTestLogin(database, pool, [`staging_${kind}`]);
  }
});

after(async () => {
  for (const login of Object.values(logins)) await login.drop();
  await pool.end();
  await database.drop();
});

describe('the roles of one Howdah of two', () => {
  test('do there what they are for', async () => {
    await logins.producer.pool.query("select staging.enqueue('works')");
    const { rows } = await logins.viewer.pool.query('select queue, task, payload from staging.jobs');
    assert.deepEqual(rows, [{ queue: 'default', task: 'works', payload: null }]);
    await logins.viewer.pool.query('select * from staging.queues, staging.schedules, staging.workers');
    await logins.operator.pool.query("select staging.pause_queue('default')");
    await assert.rejects(logins.viewer.pool.query("select staging.resume_queue('default')"), DENIED);
    const { rows: missing } = await pool.query('select * from staging.missing_grants()');
    assert.deepEqual(missing, []);
  });

  test('have nothing to do with the other', async () => {
    await assert.rejects(logins.producer.pool.query("select howdah.enqueue('send_welcome_email')"), DENIED);
    await assert.rejects(logins.viewer.pool.query('select * from howdah.jobs'), DENIED);
    await assert.rejects(logins.operator.pool.query("select howdah.pause_queue('default')"), DENIED);
    const { rows } = await pool.query('select * from howdah.queue_settings');
    assert.deepEqual(rows, []);
  });
});
