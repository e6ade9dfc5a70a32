import { queryRows, type SqlClient } from '../sql-client.ts';
import { sqlStateOf } from '../sql-state.ts';
import type { ApplicationMigrations } from './application-migrations.ts';
import { readMigrations } from './migration-folder.ts';
import { isOfLaterVersion, numberedMigrations } from './numbered-migrations.ts';
import { HOWDAH } from './state.ts';

/** The table, or its schema, is not there. */
const MISSING: ReadonlySet<unknown> = new Set(['42P01', '3F000']);

const OLDER = 'the database is older than this version; npx howdah migrate brings it up to date';

/** The database belongs to a later version of Howdah than this one. */
export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError';
}

/**
 * Why a database is too old for this process, in words: a numbered migration of this version of Howdah, or one of these
 * applications, was not applied, or there is no Howdah at all. Undefined where all were; later ones do no harm. One statement, and
 * another where none was applied.
 */
export async function lackOfMigrations(
  client: SqlClient,
  applications: readonly ApplicationMigrations[] = [],
): Promise<string | undefined> {
  const applied = await readApplied(client);
  if (numberedMigrations().some(({ name }) => !applied.has(toKey(HOWDAH, name)))) {
    return applied.size === 0 ? lackOfAll(client) : OLDER;
  }
  for (const { application, folder } of applications) {
    const lacking = namesIn(folder).filter((name) => !applied.has(toKey(application, name)));
    if (lacking.length === 0) continue;
    return `the database lacks the migrations of application "${application}": ${lacking.join(', ')}; npx howdah migrate applies them`;
  }
  return undefined;
}

/** A database of 0.1 keeps no names of what was applied. */
async function lackOfAll(client: SqlClient): Promise<string> {
  const [found] = await queryRows<{ database: string; isThere: boolean }>(
    client,
    `select current_database()::text as database, to_regclass('howdah.job_history') is not null as "isThere"`,
    [],
  );
  return found?.isThere
    ? OLDER
    : `there is no Howdah in database ${found?.database}; npx howdah migrate makes it, with the DATABASE_URL and HOWDAH_SCHEMA of this process`;
}

/** Whether a later version than this one has migrated the database. */
export async function hasNewerSchema(client: SqlClient): Promise<boolean> {
  const ours = [...(await readApplied(client)).values()].filter(({ application }) => application === HOWDAH);
  return ours.some(({ name }) => isOfLaterVersion(name));
}

interface AppliedName {
  application: string;
  name: string;
}

/** None in a database that this version, or a later one, has never migrated. Outside a transaction. */
async function readApplied(client: SqlClient): Promise<Map<string, AppliedName>> {
  try {
    const rows = await queryRows<AppliedName>(client, 'select application, name from howdah.migrations', []);
    return new Map(rows.map((row) => [toKey(row.application, row.name), row]));
  } catch (error) {
    if (MISSING.has(sqlStateOf(error))) return new Map();
    throw error;
  }
}

function toKey(application: string, name: string): string {
  return `${application}/${name}`;
}

/** A deployment's files do not change while it runs, and a health check is no time to read them all. */
const folders = new Map<string, string[]>();

function namesIn(folder: URL): string[] {
  const names = folders.get(folder.href) ?? readMigrations(folder).map(({ name }) => name);
  folders.set(folder.href, names);
  return names;
}
