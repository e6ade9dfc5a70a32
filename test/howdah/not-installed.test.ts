import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { HowdahError } from '../../src/errors.ts';
import { createHowdah } from '../../src/howdah/create-howdah.ts';
import type { Howdah } from '../../src/howdah/howdah.ts';
import { runHowdah } from '../support/howdah-cli.ts';
import { openPool } from '../support/open-pool.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.ts';
import { testTask } from '../support/test-queue.ts';

const TASK = testTask('never_known');
const FILTER = { queue: 'default' };

/** All that a howdah can be asked. */
const CALLS: Readonly<Record<string, (howdah: Howdah) => Promise<unknown>>> = {
  get: (howdah) => howdah.get('1'),
  find: (howdah) => howdah.find(),
  wait: (howdah) => howdah.wait('1'),
  explain: (howdah) => howdah.explain('1'),
  failures: (howdah) => howdah.failures(),
  queues: (howdah) => howdah.queues(),
  tasks: (howdah) => howdah.tasks(),
  schedules: (howdah) => howdah.schedules(),
  workers: (howdah) => howdah.workers(),
  cancel: (howdah) => howdah.cancel('1'),
  discard: (howdah) => howdah.discard('1'),
  retry: (howdah) => howdah.retry('1'),
  runNow: (howdah) => howdah.runNow('1'),
  reschedule: (howdah) => howdah.reschedule('1', new Date()),
  pause: (howdah) => howdah.pause('default'),
  resume: (howdah) => howdah.resume('default'),
  setFleetConcurrency: (howdah) => howdah.setFleetConcurrency('default', 1),
  removeQueue: (howdah) => howdah.removeQueue('default'),
  'bulk.cancel': (howdah) => howdah.bulk.cancel(FILTER),
  'bulk.retry, counting': (howdah) => howdah.bulk.retry(FILTER, { dryRun: true }),
  announce: (howdah) => howdah.announce(),
  enqueueAlone: (howdah) => howdah.enqueueAlone(TASK, {}),
  enqueue: (howdah) => howdah.transaction((tx) => howdah.enqueue(tx, TASK, {})),
  enqueueMany: (howdah) =>
    howdah.transaction((tx) => howdah.enqueueMany(tx, [{ task: TASK, payload: {}, options: {} }])),
};

let database: TestDatabase;
before(async () => {
  database = await createEmptyDatabase();
});
after(() => database.drop());

function assertTold(error: unknown, schema = 'howdah'): true {
  assert.ok(error instanceof HowdahError, `${error}`);
  assert.equal(error.code, 'not_installed');
  const { name } = database;
  const said = new RegExp(
    `"?${schema}.* does not exist: Howdah \\(schema ${schema}\\) is not in database ${name}, or is of another version there; npx howdah migrate`,
  );
  assert.match(error.message, said);
  return true;
}

describe('on a database that was never migrated', () => {
  for (const [name, call] of Object.entries(CALLS)) {
    test(`${name} says what is missing, where, and what to do`, async () => {
      await using howdah = createHowdah({
        connectionString: database.connectionString,
        tasks: [TASK],
        application: 'shop',
      });
      await assert.rejects(call(howdah), (error) => assertTold(error));
    });
  }

  test('an enqueue in a transaction of the caller’s does, with nothing announced before it', async () => {
    const pool = openPool(database.connectionString);
    const client = await pool.connect();
    await using howdah = createHowdah({ pool });
    await client.query('begin');
    await assert.rejects(howdah.enqueue(client, TASK, {}), (error) => assertTold(error));
    await client.query('rollback');
    client.release();
    await pool.end();
  });

  test('the schema that was meant is named', async () => {
    const { connectionString } = database;
    await using howdah = createHowdah({ connectionString, schema: 'staging' });
    await assert.rejects(howdah.queues(), (error) => assertTold(error, 'staging'));
  });

  test('a table of the caller’s own that is missing stays its own error', async () => {
    await using howdah = createHowdah({ connectionString: database.connectionString });
    const asked = howdah.transaction((tx) => (tx as pg.ClientBase).query('select from orders'));
    await assert.rejects(asked, (error) => error instanceof pg.DatabaseError && error.code === '42P01');
  });

  test('so does the command line', async () => {
    for (const args of [['queues'], ['jobs'], ['cancel', '1'], ['enqueue', 'never_known', '{}']]) {
      const { exitCode, stderr } = await runHowdah(args, { DATABASE_URL: database.connectionString });
      assert.equal(exitCode, 1);
      const [, message = ''] = stderr.split('howdah: ');
      assertTold(new HowdahError('not_installed', { detail: message }));
    }
    const { stderr } = await runHowdah(['queues', '--json'], { DATABASE_URL: database.connectionString });
    assert.equal(JSON.parse(stderr).code, 'not_installed');
  });
});
