import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { defineApp } from '../../src/app/define-app.ts';
import { HowdahError } from '../../src/errors.ts';
import { Announcer } from '../../src/howdah/announcer.ts';
import { Connections } from '../../src/howdah/connections.ts';
import { createHowdah } from '../../src/howdah/create-howdah.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { bind } from '../../src/tasks/bind.ts';
import { openPool } from '../support/open-pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { createTestLogin } from '../support/test-login.ts';
import { testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

/** Nobody else reads or writes it until it is released. */
async function holdTable({ connectionString }: TestDatabase, table: string) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query('begin');
  await client.query(`lock table ${table} in access exclusive mode`);
  const release = () => client.end();
  return { release, [Symbol.asyncDispose]: release };
}

describe('a producer before any worker', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  before(async () => {
    database = await createTestDatabase();
    pool = openPool(database.connectionString, { max: 1 });
  });
  after(async () => {
    await pool.end();
    await database.drop();
  });

  test('announces its tasks outside of the transaction, though that has the only connection', async () => {
    await using howdah = createHowdah({ pool, tasks: [testTask('unheard_of')], application: 'shop' });
    const client = await pool.connect();
    await client.query('begin');
    await howdah.enqueue(client, testTask('unheard_of'), {});
    await client.query('rollback');
    client.release();
    assert.ok((await howdah.tasks()).some(({ name }) => name === 'unheard_of'));
  });

  test('announces once, also for many who come at once', async () => {
    const { connectionString } = database;
    await using howdah = createHowdah({
      connectionString,
      tasks: [testTask('at_once')],
      application: 'shop',
    });
    const enqueues = Array.from({ length: 5 }, () => howdah.enqueueAlone(testTask('at_once'), {}));
    assert.equal((await Promise.all(enqueues)).length, 5);
    await pool.query(`delete from howdah.tasks where name = 'at_once'`);
    await assert.rejects(howdah.enqueueAlone(testTask('at_once'), {}), /at_once/);
  });

  test('announces again as long as it goes on, which no enqueue waits for and none fails with', async () => {
    const lines: string[] = [];
    const log = createLogger({ level: 'warn', destination: { write: (line) => lines.push(line) } });
    const connections = new Connections({ pool, log });
    const tasks = [testTask('goes_on')];
    const announcer = new Announcer(connections, { tasks, application: 'shop', log }, 0);
    const isAround = async () =>
      (await pool.query(`select from howdah.versions_around('goes_on')`)).rows.length > 0;
    await announcer.announce();
    await pool.query(
      `update howdah.task_versions set last_seen_at = now() - interval '2 h' where task = 'goes_on'`,
    );
    assert.equal(await isAround(), false);
    await using held = await holdTable(database, 'howdah.task_versions');
    assert.equal(await announcer.before(async () => 'enqueued'), 'enqueued');
    await held.release();
    await waitFor('the task to be around again', isAround);
    await connections.close();
    assert.equal(await announcer.before(async () => 'enqueued'), 'enqueued');
    await waitFor('the failure to be logged', () => lines.some((line) => line.includes('again')));
  });

  test('goes on where it may not announce, and says why when the task is unknown', async () => {
    const login = await createTestLogin(database, pool, ['howdah_producer']);
    const tasks = [testTask('unheard_of'), testTask('never_heard_of')];
    const howdah = createHowdah({ pool: login.pool, tasks, application: 'shop' });
    try {
      await howdah.enqueueAlone(testTask('unheard_of'), {});
      await assert.rejects(howdah.announce(), /permission denied/);
      await assert.rejects(howdah.enqueueAlone(testTask('never_heard_of'), {}), (error) => {
        assert.ok(error instanceof HowdahError);
        assert.equal(error.code, 'unknown_task');
        assert.match(error.message, /announcing it failed: permission denied/);
        return true;
      });
    } finally {
      await howdah.close();
      await login.drop();
    }
  });

  test('refuses tasks of nobody, and those of another application', async () => {
    assert.throws(() => createHowdah({ tasks: [testTask('whose')] }), /expected app, or the name/);
    const app = defineApp({ name: 'shop', tasks: [bind(testTask('only_ours'), async () => {})] });
    await using ours = createHowdah({ pool, app });
    await ours.announce();
    await using theirs = createHowdah({ pool, tasks: [testTask('only_ours')], application: 'others' });
    await assert.rejects(theirs.enqueueAlone(testTask('only_ours'), {}), (error) => {
      return error instanceof HowdahError && error.code === 'application_conflict';
    });
    const { rows } = await pool.query(`select application from howdah.tasks where name = 'only_ours'`);
    assert.deepEqual(rows, [{ application: 'shop' }]);
  });
});
