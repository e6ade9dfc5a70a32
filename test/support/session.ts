import type pg from 'pg';
import { waitFor } from './wait-for.ts';

/** A connection with a transaction open, for tests that decide who comes first. */
export interface Session {
  readonly client: pg.PoolClient;
  run<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Ends the transaction and gives the connection back. Safe to call twice. */
  end(how: 'commit' | 'rollback'): Promise<void>;
  /** The server has ended the connection, and the transaction with it. */
  lost(): void;
}

export async function openSession(pool: pg.Pool, isolation = 'read committed'): Promise<Session> {
  const client = await pool.connect();
  await client.query(`begin isolation level ${isolation}`);
  let ending: Promise<void> | undefined;
  return {
    client,
    async run(text, values = []) {
      return (await client.query(text, values)).rows;
    },
    end(how) {
      ending ??= client.query(how).then(() => client.release());
      return ending;
    },
    lost() {
      ending = Promise.resolve();
      client.release(true);
    },
  };
}

/** Resolves once so many sessions of this database wait for a lock. */
export async function untilBlocked(pool: pg.Pool, count: number): Promise<void> {
  await waitFor(`${count} sessions to wait for a lock`, async () => {
    const { rows } = await pool.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length === count;
  });
}
