import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type pg from 'pg';
import { defineApp } from '../../src/app/define-app.ts';
import { migrate, startWorker } from '../../src/start/start-worker.ts';
import { bind } from '../../src/tasks/bind.ts';
import { openPool } from '../support/open-pool.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.ts';
import { testTask } from '../support/test-queue.ts';

describe('migrate', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  before(async () => {
    database = await createEmptyDatabase();
    pool = openPool(database.connectionString);
  });
  after(async () => {
    await pool.end();
    await database.drop();
  });
  const app = defineApp({ name: 'shop', tasks: [bind(testTask('pack'), async () => {})] });

  test('is what a worker asks for that may not do it itself', async () => {
    const { connectionString } = database;
    await assert.rejects(startWorker({ app, connectionString, migrate: false }), {
      name: 'StartupError',
      message: /^migrating is off here \(AUTO_MIGRATE=off, or migrate: false\), /,
    });
  });

  test('brings an empty database to this version, alone and with an application', async () => {
    const { connectionString } = database;
    await migrate({ connectionString, queues: [{ name: 'reports', concurrency: 1 }] });
    const queues = await pool.query('select name from howdah.queue_registry order by name');
    assert.deepEqual(
      queues.rows.map(({ name }) => name),
      ['default', 'reports'],
    );
    assert.deepEqual((await pool.query('select from howdah.tasks')).rows, []);
    await migrate({ connectionString, app });
    const { rows } = await pool.query('select name, application from howdah.tasks');
    assert.deepEqual(rows, [{ name: 'pack', application: 'shop' }]);
    await (await startWorker({ app, connectionString, migrate: false })).stop();
  });
});
