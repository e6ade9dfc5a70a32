import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { createClient, createPool } from '../../src/db/connections/connection.ts';
import { openDatabase } from '../../src/db/connections/open-database.ts';
import { openSession } from '../../src/db/connections/session.ts';
import { SESSION_SETTINGS } from '../../src/db/connections/session-settings.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** Defaults that somebody may have given a database, each other than ours. */
const FOREIGN: Record<keyof typeof SESSION_SETTINGS, string> = {
  default_transaction_isolation: "'serializable'",
  default_transaction_read_only: 'on',
  default_transaction_deferrable: 'on',
  statement_timeout: "'5s'",
  lock_timeout: "'5s'",
  idle_in_transaction_session_timeout: "'5s'",
  idle_session_timeout: "'8s'",
  search_path: 'somewhere, "else"',
  row_security: 'off',
  DateStyle: "'German'",
  IntervalStyle: "'sql_standard'",
  TimeZone: "'Pacific/Apia'",
  bytea_output: "'escape'",
  extra_float_digits: '-15',
  quote_all_identifiers: 'on',
  standard_conforming_strings: 'off',
  backslash_quote: 'on',
  array_nulls: 'off',
  transform_null_equals: 'on',
  'plpgsql.extra_errors': "'all'",
  'plpgsql.extra_warnings': "'all'",
  client_min_messages: 'debug5',
};

let database: TestDatabase;

before(async () => {
  database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
  await client.query("load 'plpgsql'");
  for (const [name, value] of Object.entries(FOREIGN)) {
    await client.query(`alter database ${database.name} set ${name} = ${value}`);
  }
  await client.end();
});

after(() => database.drop());

type Queryable = Pick<pg.ClientBase, 'query'>;

async function settingsOf(client: Queryable): Promise<Record<string, string>> {
  const names = Object.keys(SESSION_SETTINGS);
  const { rows } = await client.query<{ name: string; value: string }>(
    'select name, current_setting(name) as value from unnest($1::text[]) as name',
    [names],
  );
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

describe('whatever a database has for defaults', () => {
  test('a session that is not ours has them', async () => {
    const client = new pg.Client({ connectionString: database.connectionString });
    await client.connect();
    const settings = await settingsOf(client);
    await client.end();
    for (const [name, value] of Object.entries(SESSION_SETTINGS)) {
      assert.notEqual(settings[name], value, `${name} is no different here`);
    }
  });

  test('every connection of a pool has ours', async () => {
    const { db, close } = openDatabase({
      connectionString: database.connectionString,
      applicationName: 'howdah api',
    });
    const clients = await Promise.all([db.connect(), db.connect()]);
    for (const client of clients) {
      assert.deepEqual(await settingsOf(client), SESSION_SETTINGS);
      client.release();
    }
    await close();
  });

  test('a session of its own has ours', async () => {
    const session = await openSession({ ...database, applicationName: 'howdah', connectTimeoutMs: 60_000 });
    assert.deepEqual(await settingsOf(session), SESSION_SETTINGS);
    await session.end();
  });

  test('who opens a connection may set more, and others', async () => {
    const pool = createPool({
      ...database,
      applicationName: 'howdah',
      settings: { statement_timeout: '15s', 'howdah.note': 'a \\ b' },
    });
    const { rows } = await pool.query(
      "select current_setting('statement_timeout') as timeout, current_setting('howdah.note') as note",
    );
    assert.deepEqual(rows, [{ timeout: '15s', note: 'a \\ b' }]);
    await pool.end();
  });
});

test('every connection asks after 30 s of silence whether the other side is there', async () => {
  const asked: unknown[] = [];
  const stream = () => {
    const socket = new Socket();
    socket.setKeepAlive = (...how) => {
      asked.push(how);
      return socket;
    };
    return socket;
  };
  const pool = createPool({ ...database, applicationName: 'howdah' }, { stream });
  const client = createClient({ ...database, applicationName: 'howdah' }, { stream });
  await Promise.all([pool.query('select'), client.connect()]);
  await Promise.all([pool.end(), client.end()]);
  assert.deepEqual(asked, [
    [true, 30_000],
    [true, 30_000],
  ]);
});

test('a pool keeps as many connections as it is told, and ends others that are idle', async () => {
  const { db, close } = openDatabase({
    connectionString: database.connectionString,
    applicationName: 'howdah',
    keptConnections: 2,
  });
  const pool = db as pg.Pool;
  pool.options.idleTimeoutMillis = 30;
  const clients = await Promise.all([1, 2, 3, 4].map(() => pool.connect()));
  const ended: unknown[] = [];
  const areEnded = new Promise<void>((resolve) => {
    pool.on('remove', (client) => ended.push(client) === 2 && resolve());
  });
  for (const client of clients) client.release();
  await areEnded;
  await delay(100); // in which the two others would end
  assert.deepEqual([pool.totalCount, ended.length], [2, 2]);
  await close();
});

describe('an address that says more', () => {
  test('keeps the settings of its own, but for those that are ours, and for the name', async () => {
    const url = new URL(database.connectionString);
    url.searchParams.set('application_name', 'bank');
    url.searchParams.set('options', '-c work_mem=5MB -c datestyle=German');
    const client = createClient({ connectionString: url.href, applicationName: 'howdah' });
    await client.connect();
    const { rows } = await client.query(
      `select current_setting('work_mem') as memory, current_setting('datestyle') as style,
              current_setting('application_name') as name`,
    );
    assert.deepEqual(rows, [{ memory: '5MB', style: 'ISO, MDY', name: 'howdah' }]);
    await client.end();
  });
});

test('docs/connecting.md names every setting', async () => {
  const text = await readFile(new URL('../../docs/connecting.md', import.meta.url), 'utf8');
  const missing = Object.keys(SESSION_SETTINGS).filter((name) => !text.includes(`\`${name}\``));
  assert.deepEqual(missing, []);
});
