import { readFileSync } from 'node:fs';
import { queryRows, type SqlClient } from './sql-client.ts';

const JOURNAL = new URL('../../drizzle/meta/_journal.json', import.meta.url);

/** The database belongs to a later version of Howdah than this one. */
export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError';
}

/** Whether every numbered migration of this version has been applied; later ones do no harm. */
export async function hasCurrentSchema(client: SqlClient): Promise<boolean> {
  return (await appliedMigration(client)) >= latestMigration();
}

/** Whether a later version than this one has migrated the database. */
export async function hasNewerSchema(client: SqlClient): Promise<boolean> {
  const [table] = await queryRows<{ name: string | null }>(
    client,
    "select to_regclass('howdah_migrations.__drizzle_migrations')::text as name",
    [],
  );
  return table?.name ? (await appliedMigration(client)) > latestMigration() : false;
}

async function appliedMigration(client: SqlClient): Promise<number> {
  const [row] = await queryRows<{ latest: string | null }>(
    client,
    'select max(created_at)::text as latest from howdah_migrations.__drizzle_migrations',
    [],
  );
  return Number(row?.latest ?? 0);
}

function latestMigration(): number {
  const { entries } = JSON.parse(readFileSync(JOURNAL, 'utf8')) as { entries: { when: number }[] };
  return Math.max(...entries.map(({ when }) => when));
}
