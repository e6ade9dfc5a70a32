import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { namingOfClient } from '../naming.ts';
import type { PendingApplication, PendingMigration } from './application-migrations.ts';
import { TAKE_OWN_PATH } from './own-path.ts';
import { HOWDAH } from './state.ts';
import { LOOKING_SETTINGS, UNLIMITED } from './turns.ts';

/** What a file set for the session, such as a role or a search_path, is not for what comes after it. */
const FORGET = `reset role; reset all; ${Object.entries(LOOKING_SETTINGS)
  .map(([name, value]) => `set ${name} = ${pg.escapeLiteral(value)}`)
  .join('; ')}; ${UNLIMITED}`;

/** A numbered migration could not be applied. Nothing of it, or of those that were due with it, was. */
export class MigrationFailedError extends Error {
  override readonly name = 'MigrationFailedError';
}

/** Howdah's own, all in one statement text, inside the caller's transaction. @throws {MigrationFailedError} naming the file */
export async function applyMigrations(
  client: pg.ClientBase,
  migrations: readonly PendingMigration[],
): Promise<void> {
  const { installed } = namingOfClient(client);
  const texts = migrations.map((each) => installed(renderNumbered(each)));
  try {
    await client.query(texts.join('') + renderNames(HOWDAH, migrations));
  } catch (error) {
    const position = error instanceof pg.DatabaseError ? Number(error.position) : Number.NaN;
    const failed = findMigration(migrations, { texts, position });
    throw failed ? failure(`migration ${failed.name} failed`, error) : error;
  }
}

/**
 * An application's, inside the caller's transaction.
 *
 * @throws {MigrationFailedError} naming the file, and the line if it is known; all of them for a constraint that is deferred
 */
export async function applyApplication(
  client: pg.ClientBase,
  { application, migrations }: PendingApplication,
): Promise<void> {
  for (const migration of migrations) {
    try {
      const texts = [TAKE_OWN_PATH, renderEnclosed(migration), FORGET, renderName(application, migration)];
      await client.query(texts.join(';\n'));
    } catch (error) {
      const place = `${fileURLToPath(migration.file)}${lineOf(error, migration)}`;
      throw failure(`migration ${migration.name} of application "${application}" failed (${place})`, error);
    }
  }
  try {
    await client.query(`${TAKE_OWN_PATH}; set constraints all immediate`); // what is put off until the commit could not be laid to them there
  } catch (error) {
    const names = migrations.map(({ name }) => name).join(', ');
    throw failure(
      `the migrations ${names} of application "${application}" failed when they were through`,
      error,
    );
  }
}

/** As one reads it: what `applyMigrations` runs. */
export function renderMigrations(migrations: readonly PendingMigration[]): string {
  return migrations.map(renderNumbered).join('') + renderNames(HOWDAH, migrations);
}

/**
 * For psql: what `applyApplication` does.
 *
 * @param searchPath of a session of ours, for names without a schema
 */
export function renderApplication(
  { application, migrations }: PendingApplication,
  searchPath: string,
): string {
  const path = `do $path$ begin perform set_config('search_path', ${pg.escapeLiteral(searchPath)}, false); end $path$;\n`;
  const texts = migrations
    .filter(({ isApplied }) => !isApplied)
    .map((each) => `-- ${each.name}.sql\n${path}${renderEnclosed(each)}\nreset role; reset all;\n`);
  return texts.join('') + renderNames(application, migrations);
}

/** With the row by which earlier versions know it: they then see that a later one was here, and leave the database alone. */
function renderNumbered(migration: PendingMigration): string {
  if (migration.isApplied) return '';
  const row = `'${migration.hash}', ${migration.when}`;
  return `${renderText(migration)}insert into howdah_migrations.__drizzle_migrations (hash, created_at) values (${row});\n`;
}

function renderText({ name, text, isApplied }: PendingMigration): string {
  return isApplied ? '' : `-- ${name}.sql\n${text}\n;\n`;
}

/** After all texts: one of them makes the table. */
function renderNames(application: string, migrations: readonly PendingMigration[]): string {
  return migrations.map((each) => renderName(application, each)).join('');
}

function renderName(application: string, { name, hash, isApplied }: PendingMigration): string {
  const values = [application, name, hash].map(pg.escapeLiteral).join(', ');
  return isApplied
    ? `insert into howdah.migrations (application, name, hash, applied_at) values (${values}, null);\n`
    : `insert into howdah.migrations (application, name, hash) values (${values});\n`;
}

/**
 * So that a COMMIT or ROLLBACK in the file is refused, instead of ending the transaction that holds the turn and leaving half
 * of it behind.
 */
function renderEnclosed({ text, isApplied }: PendingMigration): string {
  if (isApplied) return '';
  const [outer, inner] = [unusedQuote(text, 'howdah'), unusedQuote(text, 'file')];
  return `do ${outer} begin execute ${inner}${text}\n;\nselect 1${inner}; end ${outer};`;
}

function unusedQuote(text: string, word: string): string {
  let quote = `$${word}$`;
  for (let number = 1; text.includes(quote); number += 1) quote = `$${word}${number}$`;
  return quote;
}

/** In the file's own text; a function that it calls has another. */
function lineOf(error: unknown, { text }: PendingMigration): string {
  if (!(error instanceof pg.DatabaseError && error.internalQuery?.startsWith(text))) return '';
  return `:${text.slice(0, Number(error.internalPosition)).split('\n').length}`;
}

/** @param position of a character in all the texts together, from 1; NaN when the server did not say */
function findMigration(
  migrations: readonly PendingMigration[],
  { texts, position }: { texts: readonly string[]; position: number },
): PendingMigration | undefined {
  let end = 0;
  return migrations.find((_, index) => {
    end += texts[index]?.length ?? 0;
    return position <= end;
  });
}

/** With the server's code, so that a lock that was not available is still known for one, and a right that lacks too. */
function failure(what: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const failed = new MigrationFailedError(`${what}: ${error.message} (nothing was changed by it)`, {
    cause: error,
  });
  return 'code' in error ? Object.assign(failed, { code: error.code }) : failed;
}
