import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import pg from 'pg';
import { numberedMigrations } from '../../src/db/migration/numbered-migrations.ts';
import type { SqlClient } from '../../src/db/sql-client.ts';
import { checkReadiness } from '../../src/start/http/readiness.ts';
import type { TaskProcessor } from '../../src/work/processor.ts';
import { type MigrationFolder, makeMigrationFolder } from '../support/migration-folder.ts';
import { createEmptyDatabase } from '../support/test-database.ts';

/** A database that takes every question and answers none. */
const BLACK_HOLE = { query: () => new Promise(() => {}) } as unknown as SqlClient;
const APPLIED = numberedMigrations().map(({ name }) => ({ application: '', name }));
/** One that every migration was applied to, with no queue that is stuck. */
const HEALTHY = {
  query: async (text: string) => ({ rows: /howdah\.migrations/.test(text) ? APPLIED : [] }),
} as unknown as SqlClient;
const WORKING = {
  idleQueues: () => [],
  restingQueues: () => ['default'],
  troubledQueues: () => [],
  lateQueues: () => [],
  gates: () => [],
} as unknown as TaskProcessor;

async function openFolder(): Promise<MigrationFolder & AsyncDisposable> {
  const folder = await makeMigrationFolder();
  return { ...folder, [Symbol.asyncDispose]: () => folder.remove() };
}

describe('readiness', () => {
  test('answers while a probe still waits, whatever the database does', async () => {
    const begun = Date.now();
    const { ready, checks } = await checkReadiness({
      client: BLACK_HOLE,
      processor: WORKING,
      tasks: [],
      phase: undefined,
    });
    assert.ok(Date.now() - begun < 4_500);
    assert.equal(ready, false);
    assert.deepEqual(checks, {
      database: { ok: false, detail: 'no answer from the database within 900 ms' },
      runners: { ok: true },
      ends: { ok: true },
    });
  });

  test('is there while a broker takes no messages, which it names, however long jobs wait for that', async () => {
    const asked: unknown[] = [];
    const client = {
      query: async (text: string, values?: unknown[]) => {
        if (/_private_jobs/.test(text)) asked.push(values?.[1]);
        return { rows: /howdah\.migrations/.test(text) ? APPLIED : [] };
      },
    } as unknown as SqlClient;
    const shut = {
      name: 'rabbitmq',
      because: 'connect ECONNREFUSED',
      shutMs: 240_000,
      tasks: ['mail'],
      trying: [],
    };
    const { ready, checks } = await checkReadiness({
      client,
      processor: { ...WORKING, gates: () => [shut] },
      tasks: ['mail', 'works'],
      phase: undefined,
    });
    assert.equal(ready, true);
    assert.deepEqual(checks['brokers'], {
      ok: true,
      detail: 'rabbitmq has taken no messages for 240 s (connect ECONNREFUSED); jobs wait of mail',
    });
    assert.deepEqual(asked, ['{"works"}'], 'of tasks that wait for it nobody asks whether they are stuck');
  });

  test('is not there on a server that takes no changes, and says so to who chooses servers', async () => {
    let toldCount = 0;
    const standby = {
      query: async (text: string) => ({
        rows: /read_only/.test(text) ? [{ isReadOnly: true }] : APPLIED,
      }),
    } as unknown as SqlClient;
    const { ready, checks } = await checkReadiness({
      client: standby,
      onReadOnly: () => (toldCount += 1),
      processor: undefined,
      tasks: [],
      phase: undefined,
    });
    assert.equal(ready, false);
    assert.match(checks['database']?.detail ?? '', /takes no changes/);
    assert.equal(toldCount, 1);
  });

  test('tells a database without Howdah from one of an older version', async () => {
    await using stack = new AsyncDisposableStack();
    const database = await createEmptyDatabase();
    stack.defer(() => database.drop());
    const client = new pg.Client(database.connectionString);
    await client.connect();
    stack.defer(() => client.end());
    const detail = async () => {
      const found = await checkReadiness({ client, processor: undefined, tasks: [], phase: undefined });
      return found.checks['database']?.detail ?? '';
    };
    assert.match(await detail(), /^there is no Howdah in database \w+; npx howdah migrate makes it/);
    await client.query('create schema howdah create table job_history ()');
    assert.match(await detail(), /^the database is older than this version; npx howdah migrate/);
  });

  test('needs the migrations of its application too, and names those that are not there', async () => {
    await using folder = await openFolder();
    await folder.add('0000_orders', 'select 1');
    await folder.add('0001_items', 'select 1');
    const applications = [{ application: 'shop', folder: folder.url }];
    const check = async (...names: string[]) => {
      const rows = [...APPLIED, ...names.map((name) => ({ application: 'shop', name }))];
      const query = async (text: string) => ({ rows: /howdah\.migrations/.test(text) ? rows : [] });
      const parts = { client: { query }, applications, tasks: [], processor: undefined, phase: undefined };
      return (await checkReadiness(parts)).checks['database'];
    };
    assert.deepEqual(await check('0000_orders'), {
      ok: false,
      detail:
        'the database lacks the migrations of application "shop": 0001_items; npx howdah migrate applies them',
    });
    assert.deepEqual(await check('0000_orders', '0001_items', '0002_of_a_later_version'), { ok: true });
  });

  test('needs every check', async () => {
    const { ready, checks } = await checkReadiness({
      client: HEALTHY,
      processor: WORKING,
      tasks: [],
      phase: undefined,
    });
    assert.equal(ready, true);
    assert.deepEqual(Object.keys(checks), ['database', 'runners', 'ends', 'queues']);
  });

  test('is not there while runs wait because the ends of others cannot be written, and says of single ones', async () => {
    const trouble = { queue: 'default', unrecordedCount: 3, error: new Error('the disk is full') };
    for (const isOpen of [true, false]) {
      const processor = { ...WORKING, troubledQueues: () => [{ ...trouble, isOpen }] };
      const { ready, checks } = await checkReadiness({
        client: HEALTHY,
        processor,
        tasks: [],
        phase: undefined,
      });
      assert.equal(ready, !isOpen);
      assert.equal(checks['ends']?.detail, 'default: 3 ends of runs cannot be written: the disk is full');
    }
  });

  test('says that runners are not up yet, as long as there are none', async () => {
    const { ready, checks } = await checkReadiness({
      client: HEALTHY,
      processor: undefined,
      tasks: [],
      phase: 'starting',
    });
    assert.equal(ready, false);
    assert.match(checks['process']?.detail ?? '', /^starting: /);
  });

  test('says that the process is quiet or about to end, rather than that its runners are gone', async () => {
    for (const phase of ['quiet', 'stopping'] as const) {
      const { ready, checks } = await checkReadiness({
        client: HEALTHY,
        processor: WORKING,
        tasks: [],
        phase,
      });
      assert.equal(ready, false);
      assert.match(checks['runners']?.detail ?? '', new RegExp(`^${phase}: `));
    }
  });
});
