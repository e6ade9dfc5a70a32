import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { createHowdah } from '../../src/howdah/create-howdah.ts';
import { createHttpHandler } from '../../src/http.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { noPgBouncer, type PgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { testTask } from '../support/test-queue.ts';

describe('a howdah behind PgBouncer in transaction mode', { skip: noPgBouncer }, () => {
  const stack = new AsyncDisposableStack();
  let database: TestDatabase;
  let pooler: PgBouncer;
  before(async () => {
    database = await createTestDatabase();
    stack.defer(() => database.drop());
    const admin = new pg.Client({ connectionString: database.connectionString });
    await admin.connect();
    for (const setting of ["datestyle = 'German'", "default_transaction_isolation = 'serializable'"])
      await admin.query(`alter database ${database.name} set ${setting}`);
    await admin.end();
    pooler = await startPgBouncer(stack, database.connectionString, 'transaction');
  });
  after(() => stack.disposeAsync());

  for (const [how, open] of [
    ['by its address', () => ({ connectionString: pooler.url })],
    ['by a pool', (pool: pg.Pool) => ({ pool })],
  ] as const) {
    test(`announces, enqueues, looks and acts (${how})`, async () => {
      const pool = new pg.Pool({ connectionString: pooler.url });
      const task = testTask(`goes_${how.replaceAll(' ', '_')}`);
      await using howdah = createHowdah({ ...open(pool), tasks: [task], application: 'shop' });
      const { id } = await howdah.enqueueAlone(task, { a: 1 }, { delayMs: 60_000 });
      assert.deepEqual((await howdah.get(id))?.payload, { a: 1 });
      assert.equal((await howdah.explain(id))?.cause, 'scheduled');
      assert.equal((await howdah.find({ task: task.name })).jobs.length, 1);
      assert.equal(await howdah.cancel(id), 'cancelled');
      assert.equal((await howdah.wait(id)).state, 'cancelled');
      await pool.end();
    });
  }

  test('is what a mounted API announces through', async () => {
    const log = createLogger({ level: 'silent' });
    const task = testTask('goes_mounted');
    const { url: connectionString } = await withUsualDefaults();
    await using handler = createHttpHandler({
      ...{ connectionString, log, adminToken: 'x', tasks: [task], application: 'shop' },
    });
    const answer = await handler.fetch(
      new Request('http://shop.example/howdah/v1/jobs', {
        method: 'POST',
        headers: { Authorization: 'Bearer x', 'Content-Type': 'application/json' },
        body: JSON.stringify({ task: task.name, payload: {} }),
      }),
    );
    assert.equal(answer.status, 201, await answer.text());
  });

  /** The API refuses to begin where it cannot set what it relies on. */
  async function withUsualDefaults(): Promise<PgBouncer> {
    const admin = new pg.Client({ connectionString: database.connectionString });
    await admin.connect();
    await admin.query(`alter database ${database.name} reset all`);
    await admin.end();
    return startPgBouncer(stack, database.connectionString, 'transaction');
  }
});
