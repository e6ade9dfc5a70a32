import pg from 'pg';
import { createPool } from '../../src/db/connections/connection.ts';

/**
 * A pool as anybody makes one. Where the tests run under another schema (HOWDAH_TEST_SCHEMA), one whose statements, written
 * for `howdah`, are for that.
 */
export function openPool(connectionString: string, options: Pick<pg.PoolConfig, 'max'> = {}): pg.Pool {
  const pool =
    process.env['HOWDAH_TEST_SCHEMA'] === undefined
      ? new pg.Pool({ connectionString, ...options })
      : createPool({ connectionString, applicationName: 'test' }, options);
  pool.on('error', () => {});
  return pool;
}
