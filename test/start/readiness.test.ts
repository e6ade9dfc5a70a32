import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { numberedMigrations } from '../../src/db/migration/numbered-migrations.ts';
import type { SqlClient } from '../../src/db/sql-client.ts';
import { checkReadiness } from '../../src/start/readiness.ts';
import type { TaskProcessor } from '../../src/work/processor.ts';

/** A database that takes every question and answers none. */
const BLACK_HOLE = { query: () => new Promise(() => {}) } as unknown as SqlClient;
/** One that every migration was applied to, with no queue that is stuck. */
const HEALTHY = {
  query: async (text: string) => ({ rows: /howdah\.migrations/.test(text) ? [...numberedMigrations()] : [] }),
} as unknown as SqlClient;
const WORKING = {
  idleQueues: () => [],
  restingQueues: () => ['default'],
  troubledQueues: () => [],
  lateQueues: () => [],
} as unknown as TaskProcessor;

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

  test('is not there on a server that takes no changes, and says so to who chooses servers', async () => {
    let toldCount = 0;
    const standby = {
      query: async (text: string) => ({
        rows: /read_only/.test(text) ? [{ isReadOnly: true }] : [...numberedMigrations()],
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
