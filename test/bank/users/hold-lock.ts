import type pg from 'pg';
import { waitFor } from '../../support/wait-for.ts';

/** Locks a verification's row on a connection of its own, so that a test decides who waits in which order. */
export function holdVerification(pool: pg.Pool, id: string) {
  return hold(pool, 'select from verifications where id = $1 for update', [id]);
}

/** The same for the rows of all users. */
export function holdUser(pool: pg.Pool) {
  return hold(pool, 'select from users for update', []);
}

async function hold(pool: pg.Pool, text: string, values: unknown[]) {
  const client = await pool.connect();
  await client.query('begin');
  await client.query(text, values);
  let releasing: Promise<void> | undefined;
  return {
    /**
     * Resolves once so many sessions of this database wait for a lock. Asks outside the holding transaction, which
     * would see the activity of its first look for ever.
     */
    untilWaiting: (count: number) =>
      waitFor(`${count} sessions to wait for a lock`, async () => {
        const { rows } = await pool.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return rows.length === count;
      }),
    /** Safe to call twice: a test that fails before it lets go must not keep its pool from closing. */
    release() {
      releasing ??= client.query('rollback').then(() => client.release());
      return releasing;
    },
  };
}
