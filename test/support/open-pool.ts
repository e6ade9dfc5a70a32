import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { createPool } from '../../src/db/connections/connection.ts';

/** What is under way when a pool is ended gets this long; a session that a failed test holds is ended after it. */
const GRACE_MS = 3_000;

/**
 * A pool as anybody makes one, whose `end` also ends sessions that were never given back: a test that fails between `connect` and
 * `release` is reported so, where it would otherwise wait for that session for good. Where the tests run under another schema
 * (HOWDAH_TEST_SCHEMA), one whose statements, written for `howdah`, are for that.
 */
export function openPool(
  connectionString: string,
  { graceMs = GRACE_MS, ...options }: Pick<pg.PoolConfig, 'max'> & { graceMs?: number } = {},
): pg.Pool {
  const pool =
    process.env['HOWDAH_TEST_SCHEMA'] === undefined
      ? new pg.Pool({ connectionString, ...options })
      : createPool({ connectionString, applicationName: 'test' }, options);
  pool.on('error', () => {});
  return endingAll(pool, graceMs);
}

function endingAll(pool: pg.Pool, graceMs: number): pg.Pool {
  const out = new Set<pg.PoolClient>();
  pool.on('acquire', (client) => out.add(client));
  pool.on('release', (_, client) => out.delete(client));
  const end = pool.end.bind(pool);
  pool.end = async () => {
    const ended = end();
    const late = new AbortController();
    await Promise.race([ended, delay(graceMs, undefined, { signal: late.signal }).catch(() => {})]);
    late.abort();
    for (const client of out) client.release(true);
    await ended;
  };
  return pool;
}
