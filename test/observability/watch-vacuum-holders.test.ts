import assert from 'node:assert/strict';
import { after, afterEach, before, describe, type TestContext, test } from 'node:test';
import pg from 'pg';
import { readVacuumHolders, type VacuumHolder } from '../../src/look/vacuum-holders.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { watchVacuumHolders } from '../../src/observability/watch-vacuum-holders.ts';
import { openPool } from '../support/open-pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';

let database: TestDatabase;
let pool: pg.Pool;
before(async () => {
  database = await createTestDatabase();
  pool = openPool(database.connectionString);
  pool.on('error', () => {});
});
after(async () => {
  await pool.end();
  await database.drop();
});

/** A session of that name with a transaction open until the test ends. */
async function openTransaction(t: TestContext, name: string, statements: string[]): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.connectionString, application_name: name });
  await client.connect();
  t.after(() => client.end());
  for (const statement of statements) await client.query(statement);
  return client;
}

const SNAPSHOT = ['begin isolation level repeatable read', 'select 1'];

describe('howdah.vacuum_holders', () => {
  test('names the session whose snapshot or writes keep dead rows, and not one that holds nothing', async (t) => {
    await openTransaction(t, 'reader', SNAPSHOT);
    await openTransaction(t, 'writer', ['begin', 'select pg_current_xact_id()']);
    await openTransaction(t, 'harmless', ['begin', 'select 1']);
    const holders = await readVacuumHolders(pool);
    assert.deepEqual(holders.map(({ name }) => name).sort(), ['reader', 'writer']);
    const found = holders.find(({ name }) => name === 'reader');
    assert.equal(found?.kind, 'session');
    assert.equal(found.state, 'idle in transaction');
    assert.ok((found.ageSeconds ?? -1) >= 0 && found.startedAt && found.pid);
  });

  test('is empty when nothing holds vacuum back', async () => {
    await waitFor('the sessions to be gone', async () => (await readVacuumHolders(pool)).length === 0);
  });
});

describe('the watch', () => {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({ destination: { write: (line) => void lines.push(JSON.parse(line)) } });
  let watch: { stop(): void };
  afterEach(() => {
    watch.stop();
    lines.length = 0;
  });

  test("warns of a long transaction with the culprit's name and pid", async (t) => {
    const client = await openTransaction(t, 'nightly report', SNAPSHOT);
    const readHolders = () => readVacuumHolders(pool);
    watch = watchVacuumHolders({ readHolders, log, intervalMs: 10, patienceSeconds: 0 });
    const line = await waitFor('a warning', () => lines[0]);
    const { rows } = await client.query('select pg_backend_pid() as pid');
    assert.deepEqual([line['application_name'], line['pid']], ['nightly report', rows[0].pid]);
    assert.equal(line['level'], 'warn');
  });

  test('warns once a transaction, and again of the next', async () => {
    const holder: VacuumHolder = {
      kind: 'session',
      pid: 7,
      name: 'psql',
      role: 'ada',
      state: 'active',
      startedAt: new Date(0),
      ageSeconds: 601,
      ageTransactions: 5,
    };
    let looks = 0;
    let holders = [holder, { ...holder, pid: 8, ageSeconds: 599 }];
    const readHolders = async () => {
      looks++;
      return holders;
    };
    watch = watchVacuumHolders({ readHolders, log, intervalMs: 1 });
    await waitFor('some looks', () => looks > 5);
    assert.equal(lines.length, 1);
    holders = [{ ...holder, startedAt: new Date(1) }];
    await waitFor('the second warning', () => lines.length === 2);
  });

  test('warns by transactions of a slot and a standby, which tell no age, and calls each what it is', async () => {
    const silent = { pid: null, role: null, state: null, startedAt: null, ageSeconds: null };
    const readHolders = async () => [
      { ...silent, kind: 'slot' as const, name: 'left_behind', ageTransactions: 1_000_001 },
      { ...silent, kind: 'standby' as const, name: 'reports', ageTransactions: 1_000_001 },
      { ...silent, kind: 'standby' as const, name: 'fresh', ageTransactions: 1_000_000 },
    ];
    watch = watchVacuumHolders({ readHolders, log, intervalMs: 1 });
    await waitFor('two warnings', () => lines.length >= 2);
    assert.deepEqual(
      lines.map(({ slot_name, application_name, age_transactions, msg }) => [
        slot_name ?? application_name,
        age_transactions,
        String(msg).split(' holds')[0],
      ]),
      [
        ['left_behind', 1_000_001, 'a replication slot'],
        ['reports', 1_000_001, 'a query on a standby'],
      ],
    );
  });

  test('goes on after a look that failed', async () => {
    let looks = 0;
    const readHolders = () => {
      looks++;
      return Promise.reject(new Error('gone'));
    };
    watch = watchVacuumHolders({ readHolders, log, intervalMs: 1 });
    await waitFor('another look', () => looks > 2);
    assert.deepEqual(lines, []);
  });
});
