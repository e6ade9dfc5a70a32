import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { openPool } from './open-pool.ts';
import type { TestDatabase } from './test-database.ts';

/** A role of the test's own that logs in to the test's database. */
export interface TestLogin {
  readonly name: string;
  readonly connectionString: string;
  readonly pool: pg.Pool;
  /** Ends its sessions and drops it, with what it owns and was granted in the database. */
  drop(): Promise<void>;
}

/**
 * @param admin of a superuser, to the database
 * @param memberOf roles whose rights it has
 */
export async function createTestLogin(
  database: Pick<TestDatabase, 'connectionString'>,
  admin: pg.Pool | pg.Client,
  memberOf: readonly string[] = [],
): Promise<TestLogin> {
  const name = `howdah_login_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(18).toString('base64url');
  await admin.query(`create role ${name} login password '${password}'`);
  for (const role of memberOf) await admin.query(`grant ${role} to ${name}`);
  const url = new URL(database.connectionString);
  url.username = name;
  url.password = password;
  const pool = openPool(url.href);
  return {
    name,
    connectionString: url.href,
    pool,
    async drop() {
      await pool.end();
      await admin.query(`drop owned by ${name}`);
      await admin.query(`drop role ${name}`);
    },
  };
}
