import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import pg from 'pg';
import { createHowdah } from '../../src/howdah/create-howdah.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const NOWHERE = 'postgres://nobody@127.0.0.1:1/nothing';
const MODULE = new URL('../../src/howdah/create-howdah.ts', import.meta.url).href;

describe('the connections of a howdah', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  const count = async (pool: pg.Pool) => {
    const { rows } = await pool.query(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name = 'howdah client'`,
    );
    return rows[0]?.n;
  };

  test('are none before the first use, and an address that leads nowhere is met by that', async () => {
    const howdah = createHowdah({ connectionString: NOWHERE });
    await assert.rejects(howdah.queues(), /ECONNREFUSED/);
    await howdah.close();
    await assert.rejects(howdah.queues(), /closed/);
  });

  test('keep no process alive, used or not', async () => {
    const script = `
      const { createHowdah } = await import(${JSON.stringify(MODULE)});
      createHowdah({ connectionString: ${JSON.stringify(NOWHERE)} });
      const used = createHowdah({});
      console.log((await used.queues()).length);`;
    const env = { ...process.env, DATABASE_URL: database.connectionString };
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env });
    assert.equal((await run).stdout, '2\n');
  });

  test('are ended by it where it opened them, and left alone where they were given', async () => {
    const pool = new pg.Pool({ connectionString: database.connectionString });
    const own = createHowdah({ connectionString: database.connectionString });
    const given = createHowdah({ pool });
    await Promise.all([own.queues(), given.queues()]);
    assert.equal(await count(pool), 1);
    await Promise.all([own.close(), given.close()]);
    // The server forgets a session a moment after its client has ended it.
    await waitFor('its sessions to be gone', async () => (await count(pool)) === 0 || undefined);
    await pool.end();
  });

  test('wait for what is under way when it is closed', async () => {
    const howdah = createHowdah({ connectionString: database.connectionString });
    const [queues] = await Promise.all([howdah.queues(), howdah.close()]);
    assert.equal(queues.length, 2);
  });

  test('wait for a lone enqueue that is under way', async () => {
    const task = testTask('in_time');
    const howdah = createHowdah({
      connectionString: database.connectionString,
      tasks: [task],
      application: 'shop',
    });
    await howdah.announce();
    const [job] = await Promise.all([howdah.enqueueAlone(task, {}), howdah.close()]);
    assert.equal(job.task, 'in_time');
  });

  test('that are given may have any settings and any parsers, and keep them', async () => {
    const settings = [
      'default_transaction_read_only=on',
      'default_transaction_isolation=serializable',
      'DateStyle=German',
      'IntervalStyle=sql_standard',
      'search_path=pg_temp',
    ];
    const types = { getTypeParser: () => (text: string) => `<${text}>` } as unknown as pg.CustomTypesConfig;
    const options = settings.map((each) => `-c ${each}`).join(' ');
    const pool = new pg.Pool({ connectionString: database.connectionString, max: 1, options, types });
    // A database that is dropped right after its end may still end this session first.
    pool.on('connect', (client) => void client.on('error', () => {}));
    pool.on('error', () => {});
    await using howdah = createHowdah({ pool, tasks: [testTask('anywhere')], application: 'shop' });
    const { id } = await howdah.enqueueAlone(testTask('anywhere'), { a: [1] }, { delayMs: 5_000 });
    const job = await howdah.get(id);
    assert.deepEqual([job?.payload, job?.attempt, job?.errors], [{ a: [1] }, 0, []]);
    assert.equal(await howdah.cancel(id), 'cancelled');
    assert.equal((await howdah.find({ task: 'anywhere' })).jobs.length, 1);
    const shown = await pool.query('show datestyle');
    assert.deepEqual(shown.rows, [{ DateStyle: '<German, DMY>' }]);
    await pool.end();
  });

  test('are refused where both are given, or neither is what it should be', () => {
    const pool = new pg.Pool();
    assert.throws(() => createHowdah({ pool, connectionString: NOWHERE }), /received both/);
    assert.throws(() => createHowdah({ pool: {} as pg.Pool }), /expected a Pool of pg/);
    assert.throws(() => createHowdah({ maxConnections: 0 }), /1 to 1000, received 0/);
    const refused =
      /^createHowdah: apps: there is no such option, but app; connectionString: expected a text, received number/;
    assert.throws(() => createHowdah({ apps: [], connectionString: 5 } as never), { message: refused });
  });
});
