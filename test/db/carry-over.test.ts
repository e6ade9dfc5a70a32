import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import pg from 'pg';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { readMigrations } from '../../src/db/migration/migration-folder.ts';
import { adoptInstallation } from '../../src/operate/installation.ts';
import { bankMigrations } from '../support/bank-migrations.ts';
import { restoreDump } from '../support/restore-dump.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

type Row = Record<string, unknown>;

/** Says which version installed what is there, not what users put into it. */
const OF_THE_VERSION = ['howdah.installed_sql'];

/**
 * A database of 0.1: the bank's two customers, one of them verified; jobs that are completed, discarded, cancelled, scheduled,
 * retryable, running (their worker was killed), waiting in a paused queue and in a sequence there; settings of queues,
 * schedules and the log of changes.
 */
let database: TestDatabase;
let pool: pg.Pool;

before(async () => {
  database = await restoreDump('release-0-1');
  pool = new pg.Pool({ connectionString: database.connectionString });
  pool.on('error', () => {});
});

after(async () => {
  await pool.end();
  await database.drop();
});

async function readTables(): Promise<Map<string, Row[]>> {
  const { rows } = await pool.query<{ name: string }>(`
    select format('%I.%I', n.nspname, c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and (n.nspname in ('public', 'howdah') or n.nspname like 'graphile\\_worker%') order by 1`);
  const tables = new Map<string, Row[]>();
  for (const { name } of rows) {
    if (!OF_THE_VERSION.includes(name)) tables.set(name, await readRows(name));
  }
  return tables;
}

async function readRows(table: string): Promise<Row[]> {
  const { rows } = await pool.query<{ row: Row }>(`select to_jsonb(t) as row from ${table} t order by 1`);
  return rows.map(({ row }) => row);
}

/** Those of the row's columns that the other has. */
function onlyColumnsOf(other: Row | undefined, row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([column]) => other && column in other));
}

describe('a database that 0.1 migrated, with the bank inside', () => {
  test('is carried over without losing a row of any table', async () => {
    const before = await readTables();
    for (const name of ['public.users', 'howdah.job_history', 'howdah.audit_log', 'howdah.cron_entries']) {
      assert.ok((before.get(name)?.length ?? 0) > 1, `${name} has rows`);
    }
    await migrateDatabase({
      connectionString: database.connectionString,
      queues: ['critical', 'default'],
      applications: [bankMigrations],
    });
    const after = await readTables();
    for (const [name, rows] of before) {
      const kept = after.get(name)?.map((row) => onlyColumnsOf(rows[0], row));
      assert.deepEqual(kept, rows, name);
    }
  });

  test('shows every job in the state it was in', async () => {
    const { rows } = await pool.query('select id::integer, state from howdah.jobs order by id');
    const states = Object.groupBy(rows, ({ state }) => state);
    assert.deepEqual(
      Object.fromEntries(Object.entries(states).map(([state, jobs]) => [state, jobs?.map(({ id }) => id)])),
      {
        completed: [1, 2, 3, 4, 5, 6, 7, 8],
        retryable: [9],
        discarded: [10],
        scheduled: [11, 12, 17],
        cancelled: [13],
        running: [14],
        available: [15, 16],
      },
    );
    const { rows: queues } = await pool.query(
      'select name, paused_at is not null as paused, fleet_concurrency from howdah.queues order by name',
    );
    assert.deepEqual(queues, [
      { name: 'bulk', paused: true, fleet_concurrency: null },
      { name: 'critical', paused: false, fleet_concurrency: 12 },
      { name: 'default', paused: false, fleet_concurrency: null },
    ]);
  });

  test('runs the jobs that were left, in their order', async () => {
    const ran: string[] = [];
    const queue = await openTestQueue(
      ['close_day', 'bill_customer', 'import_ledger'].map((name) => [
        testTask(name),
        async (_payload, { job }) => {
          ran.push(job.id);
        },
      ]),
      database,
    );
    try {
      await adoptInstallation(pool);
      await pool.query("select howdah.resume_queue('bulk'), howdah.run_job_now(9)");
      await queue.start(['critical', 'default', 'bulk'].map((name) => ({ name, concurrency: 2 })));
      await untilCompleted(queue, ['9', '14', '15', '16', '17']);
      assert.ok(ran.indexOf('16') < ran.indexOf('17'));
    } finally {
      await queue.close();
    }
  });
});

/** Stamp of the latest numbered migration of 0.1, which refuses to start where it finds a later one. */
const LATEST_OF_0_1 = 1_795_248_018_000;

describe('beside a process of 0.1, which migrates the same empty database', () => {
  let empty: TestDatabase;
  let older: pg.Client;

  beforeEach(async () => {
    empty = await createEmptyDatabase();
    older = new pg.Client({ connectionString: empty.connectionString });
    await older.connect();
  });

  afterEach(async () => {
    await older.end();
    await empty.drop();
  });

  const migrate = () =>
    migrateDatabase({ connectionString: empty.connectionString, queues: [], applications: [bankMigrations] });

  test('that has its turn first, this version goes on from what it made', async () => {
    const [{ text, hash, when } = { text: '', hash: '', when: 0 }] = readMigrations(bankMigrations.folder);
    await older.query(`
      create schema howdah_migrations;
      create table howdah_migrations.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`);
    await older.query('begin; lock table howdah_migrations.__drizzle_migrations in share row exclusive mode');
    await older.query(text);
    await older.query(
      'insert into howdah_migrations.__drizzle_migrations (hash, created_at) values ($1, $2)',
      [hash, when],
    );
    const migrated = migrate();
    const observer = new pg.Client({ connectionString: empty.connectionString });
    await observer.connect();
    await waitFor('this version to wait for its turn', async () => {
      const { rows } =
        await observer.query(`select from pg_stat_activity where application_name = 'howdah migrate'
        and wait_event_type = 'Lock' and datname = current_database()`);
      return rows.length > 0;
    });
    await observer.end();
    await older.query('commit');
    await migrated;
    const { rows } = await older.query(
      "select name, applied_at is null as before from howdah.migrations where application = 'bank' order by 1 limit 1",
    );
    assert.deepEqual(rows, [{ name: '0000_users', before: true }]);
  });

  test('that comes to its turn later, it finds a later version’s database', async () => {
    await migrate();
    await older.query('begin; lock table howdah_migrations.__drizzle_migrations in share row exclusive mode');
    const { rows } = await older.query<{ latest: string }>(
      'select max(created_at) as latest from howdah_migrations.__drizzle_migrations',
    );
    assert.ok(Number(rows[0]?.latest) > LATEST_OF_0_1);
  });
});

async function untilCompleted(queue: TestQueue, ids: readonly string[]): Promise<void> {
  for (const id of ids) await queue.untilState(id, 'completed');
}
