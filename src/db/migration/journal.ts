import pg from 'pg';
import { FIXED_PATH, type Turns } from './turns.ts';

/** As drizzle's migrator made it in earlier versions, which still take turns by it. */
export const JOURNAL = `create schema if not exists howdah_migrations;
create table if not exists howdah_migrations.__drizzle_migrations (
  id serial primary key, hash text not null, created_at bigint);`;

/** Somebody else was about to make the same. */
const MADE_BY_OTHERS: ReadonlySet<unknown> = new Set(['23505', '42P06', '42P07', '42710']);

/**
 * The table by which turns are taken. The very first starts may come here together, and `if not exists` does not see
 * what another transaction has not committed: the second waits for the first one's entry in the catalog, and then fails
 * with the name being taken. That is what it wanted, so it goes on.
 */
export async function createJournal(client: pg.Client, turns: Turns): Promise<void> {
  try {
    await turns.takeFirst('make the table of migrations', async () => {
      await client.query(`${FIXED_PATH}; ${JOURNAL}`);
    });
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && MADE_BY_OTHERS.has(error.code))) throw error;
  }
}
