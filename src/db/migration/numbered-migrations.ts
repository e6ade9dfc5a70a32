import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ClientBase } from 'pg';
import pg from 'pg';
import type { MigrationState } from './state.ts';

const FOLDER = new URL('../../../drizzle/', import.meta.url);

/** One file of drizzle/. */
export interface NumberedMigration {
  /** The file's name without its ending: 0009_roles. */
  tag: string;
  /** Its stamp in the journal, by which the database knows it. */
  when: number;
}

/** All of this version, in the journal's order. */
export function numberedMigrations(): NumberedMigration[] {
  const journal = readFileSync(new URL('meta/_journal.json', FOLDER), 'utf8');
  return (JSON.parse(journal) as { entries: NumberedMigration[] }).entries;
}

/**
 * Those that were never applied, also where a later one was: it may have come from another branch, and one that is
 * passed over in silence is missing for ever.
 */
export function pendingMigrations({ applied }: Pick<MigrationState, 'applied'>): NumberedMigration[] {
  return numberedMigrations().filter(({ when }) => !applied.has(when));
}

/** All in one statement text, inside the caller's transaction. @throws naming the migration that failed */
export async function applyMigrations(
  client: ClientBase,
  migrations: readonly NumberedMigration[],
): Promise<void> {
  const texts = migrations.map((migration) => renderMigration(migration));
  try {
    await client.query(texts.join(''));
  } catch (error) {
    const position = error instanceof pg.DatabaseError ? Number(error.position) : Number.NaN;
    const tag = findMigration(migrations, { texts, position });
    if (tag === undefined || !(error instanceof Error)) throw error;
    throw Object.assign(
      new Error(`migration ${tag} failed: ${error.message}`, { cause: error }),
      codeOf(error),
    );
  }
}

/** As drizzle's migrator would: a later version may use that again, and drizzle-kit reads it. */
function renderMigration({ tag, when }: NumberedMigration): string {
  const text = readFileSync(new URL(`${tag}.sql`, FOLDER), 'utf8');
  const hash = createHash('sha256').update(text).digest('hex');
  return `${text}\n;\ninsert into howdah_migrations.__drizzle_migrations (hash, created_at) values ('${hash}', ${when});\n`;
}

/** @param position of a character in all the texts together, from 1; NaN when the server did not say */
function findMigration(
  migrations: readonly NumberedMigration[],
  { texts, position }: { texts: readonly string[]; position: number },
): string | undefined {
  let end = 0;
  return migrations.find((_, index) => {
    end += texts[index]?.length ?? 0;
    return position <= end;
  })?.tag;
}

/** Kept, so that a lock that was not available is still known for one. */
function codeOf(error: Error): { code?: unknown } {
  return 'code' in error ? { code: error.code } : {};
}
