import { isOfLaterVersion, numberedMigrations } from './migration/numbered-migrations.ts';
import { HOWDAH } from './migration/state.ts';
import { queryRows, type SqlClient } from './sql-client.ts';
import { sqlStateOf } from './sql-state.ts';

/** The table, or its schema, is not there. */
const MISSING: ReadonlySet<unknown> = new Set(['42P01', '3F000']);

/** The database belongs to a later version of Howdah than this one. */
export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError';
}

/** Whether every numbered migration of this version has been applied; later ones do no harm. */
export async function hasCurrentSchema(client: SqlClient): Promise<boolean> {
  const applied = new Set(await readApplied(client));
  return numberedMigrations().every(({ name }) => applied.has(name));
}

/** Whether a later version than this one has migrated the database. */
export async function hasNewerSchema(client: SqlClient): Promise<boolean> {
  return (await readApplied(client)).some(isOfLaterVersion);
}

/** None in a database that this version, or a later one, has never migrated. Outside a transaction. */
async function readApplied(client: SqlClient): Promise<string[]> {
  try {
    const text = 'select name from howdah.migrations where application = $1';
    return (await queryRows<{ name: string }>(client, text, [HOWDAH])).map(({ name }) => name);
  } catch (error) {
    if (MISSING.has(sqlStateOf(error))) return [];
    throw error;
  }
}
