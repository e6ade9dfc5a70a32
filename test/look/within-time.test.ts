import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../../src/db/connections/open-database.ts';
import { type Limits, requestLimits } from '../../src/db/limits.ts';
import { queryRows } from '../../src/db/sql-client.ts';
import { withinTime } from '../../src/look/within-time.ts';
import { createTestDatabase } from '../support/test-database.ts';

const POOLS: readonly (readonly [which: string, options: { limits?: Limits }, itsOwn: string])[] = [
  ['', {}, '0'],
  [', on a pool with limits', { limits: requestLimits(10_000) }, '10s'],
];
for (const [which, options, itsOwn] of POOLS) {
  test(`a read that takes too long is ended and says what would help; it can write nothing${which}`, () =>
    checkReads(options, itsOwn));
}

async function checkReads(options: { limits?: Limits }, itsOwn: string): Promise<void> {
  const database = await createTestDatabase();
  const { connectionString } = database;
  const handle = openDatabase({ connectionString, applicationName: 'test', ...options });
  try {
    const sleeping = withinTime(handle.db, 50, (tx) => queryRows(tx, 'select pg_sleep(30)', []));
    await assert.rejects(sleeping, { code: 'invalid_request', message: /more than 0.05 s; name a queue/ });
    const holder = await handle.db.connect();
    await holder.query('begin; lock table howdah.audit_log');
    const waiting = withinTime(handle.db, 400, (tx) => queryRows(tx, 'select from howdah.audit_log', []));
    const [{ reason }] = (await Promise.allSettled([waiting])) as [PromiseRejectedResult];
    await holder.query('rollback');
    holder.release();
    assert.equal(reason?.code, '55P03', 'whoever waits for a lock is not told that the search is slow');
    const writing = withinTime(handle.db, 5_000, (tx) => queryRows(tx, 'delete from howdah.audit_log', []));
    await assert.rejects(writing, /read-only transaction/);
    assert.deepEqual(await withinTime(handle.db, 5_000, (tx) => queryRows(tx, 'select 1 as one', [])), [
      { one: 1 },
    ]);
    const [after] = await queryRows<{ limit: string }>(
      handle.db,
      `select current_setting('statement_timeout') as limit`,
      [],
    );
    assert.equal(after?.limit, itsOwn);
  } finally {
    await handle.close();
    await database.drop();
  }
}
