import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { withSessions } from '../../src/config/database/database-address.ts';
import { type DatabaseHandle, openDatabase } from '../../src/db/connections/open-database.ts';
import type { Transaction } from '../../src/db/database.ts';
import { requestLimits } from '../../src/db/limits.ts';
import { queryRows } from '../../src/db/sql-client.ts';
import { sqlStateOf } from '../../src/db/sql-state.ts';
import { transact } from '../../src/db/transact.ts';
import { HowdahError } from '../../src/errors.ts';
import { noPgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';

const LIMITS = { ...requestLimits(1_000), waitMs: 200 };
const SETTINGS = `
  select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
         current_setting('idle_in_transaction_session_timeout') as idle,
         current_setting('transaction_isolation') as isolation, pg_backend_pid() as pid`;

interface SettingsRow {
  statement: string;
  lock: string;
  idle: string;
  isolation: string;
  pid: number;
}

let database: TestDatabase;
const opened = new AsyncDisposableStack();
before(async () => {
  database = await createTestDatabase();
  opened.defer(() => database.drop());
});
after(() => opened.disposeAsync());

function open(connectionString = database.connectionString, maxConnections = 1): DatabaseHandle {
  const handle = openDatabase({
    connectionString,
    applicationName: 'transact',
    maxConnections,
    limits: LIMITS,
  });
  opened.defer(() => handle.close());
  return handle;
}

async function settingsOf(tx: Transaction): Promise<SettingsRow> {
  const [row] = await queryRows<SettingsRow>(tx, SETTINGS, []);
  return row ?? assert.fail();
}

const sleep = (seconds: number) => (tx: Transaction) => tx.query('select pg_sleep($1)', [seconds]);
const isCanceled = (error: unknown) => sqlStateOf(error) === '57014';

describe('a transaction', () => {
  test('has its limits in the server, until it ends where its session is not its own', async () => {
    const { db } = open(withSessions(database.connectionString, 'shared'));
    const { pid, ...inside } = await transact(db, settingsOf);
    assert.deepEqual(inside, { statement: '1s', lock: '500ms', idle: '1s', isolation: 'read committed' });
    await assert.rejects(transact(db, sleep(5)), isCanceled);
    const client = await db.connect();
    const { rows } = await client.query<SettingsRow>(SETTINGS);
    client.release();
    assert.deepEqual([rows[0]?.pid, rows[0]?.statement], [pid, '0'], 'the same session, as it was');
  });

  test('has them of its session, which has them from its begin on', async () => {
    const { db } = open();
    const { pid, ...inside } = await transact(db, settingsOf);
    assert.deepEqual(inside, { statement: '1s', lock: '500ms', idle: '1s', isolation: 'read committed' });
    const { rows } = await db.query<SettingsRow>(SETTINGS);
    assert.deepEqual(rows, [{ ...inside, pid }], 'a statement by itself as well');
    await assert.rejects(db.query('select pg_sleep(5)'), isCanceled);
    await assert.rejects(transact(db, sleep(5), { limits: { statementMs: 50 } }), isCanceled);
  });

  test('is not left open by a statement by itself', async () => {
    const { db } = open();
    await db.query('begin');
    assert.equal((await db.query('select now() = statement_timestamp() as alone')).rows[0]?.['alone'], true);
  });

  test('is not committed when an error of a statement was kept back', async () => {
    const { db } = open();
    const careless = async (tx: Transaction) => {
      await tx.query('create table careless (id integer)');
      await tx.query('select 1 / 0').catch(() => {});
    };
    await assert.rejects(transact(db, careless), /Not committed/);
    assert.equal((await db.query(`select to_regclass('careless') as name`)).rows[0]?.['name'], null);
  });

  test('takes no statement once it is over', async () => {
    const { db } = open();
    const kept = await transact(db, async (tx) => ({ tx }));
    await assert.rejects(kept.tx.query('select 1'), /over; a statement of it was not waited for/);
  });

  test('of an idle client ends in the server, and the next has another connection', async () => {
    const { db } = open();
    const before = await transact(db, settingsOf);
    const idle = transact(db, async (tx) => {
      const { pid } = await settingsOf(tx);
      const other = open();
      await waitFor('the server to end the session', async () => {
        const { rows } = await other.db.query('select from pg_stat_activity where pid = $1', [pid]);
        return rows.length === 0;
      });
    });
    await assert.rejects(idle, (error) => !(error instanceof HowdahError));
    assert.notEqual((await transact(db, settingsOf)).pid, before.pid);
  });
});

describe('a pool of which all connections are in use', () => {
  test('says so soon, and serves again as soon as one is free', async () => {
    const { db } = open();
    const client = await db.connect();
    for (const ask of [() => transact(db, settingsOf), () => db.query('select 1')]) {
      await assert.rejects(ask(), (error: Error) => {
        assert.ok(error instanceof HowdahError, String(error));
        assert.deepEqual([error.code, error.retryAfterSeconds], ['unavailable', 1]);
        return true;
      });
    }
    client.release();
    await transact(db, settingsOf);
    assert.deepEqual([db.totalCount, db.idleCount, db.waitingCount], [1, 1, 0]);
  });
});

describe('behind a pooler in transaction mode', { skip: noPgBouncer }, () => {
  test('limits hold, and are not left on sessions that others use', async () => {
    await using stack = new AsyncDisposableStack();
    const pooler = await startPgBouncer(stack, database.connectionString, 'transaction');
    const url = new URL(pooler.url);
    url.searchParams.set('howdah_sessions', 'shared'); // as a service finds out at its start
    const { db } = open(url.href, 3);
    await Promise.all([1, 2, 3].map(() => assert.rejects(transact(db, sleep(5)), isCanceled)));
    await Promise.all([1, 2, 3].map(() => assert.rejects(db.query('select pg_sleep(5)'), isCanceled)));
    const other = openDatabase({ connectionString: url.href, applicationName: 'other', maxConnections: 3 });
    stack.defer(() => other.close());
    const rows = await Promise.all([1, 2, 3].map(async () => (await other.db.query(SETTINGS)).rows[0]));
    for (const row of rows) assert.equal(row?.['statement'], '0');
  });
});
