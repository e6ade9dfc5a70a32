import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One numbered migration: a file of a folder that drizzle-kit keeps. */
export interface Migration {
  /** The file's name without its ending, by which the database knows it: 0009_roles. */
  name: string;
  /** Its stamp in the folder's journal, by which drizzle's migrator knows it. */
  when: number;
  file: URL;
  /** Without the mark with which some editors begin a file, which Postgres does not know. */
  text: string;
  /** SHA-256 of the text, hex, as drizzle's migrator has it. */
  hash: string;
}

/** A folder of migrations cannot be read as one: what is wrong, and where. */
export class MigrationFolderError extends Error {
  override readonly name = 'MigrationFolderError';
}

interface JournalEntry {
  tag: string;
  when: number;
}

/** A file that drizzle-kit made, or somebody who meant it to be one. */
const NUMBERED = /^\d.*\.sql$/;

/**
 * All migrations of a folder in drizzle-kit's format, in the order of its journal: `meta/_journal.json`, and a .sql file for
 * each entry.
 *
 * @throws {MigrationFolderError} when the journal cannot be read or names a file that is not there, when it has a name twice,
 *   or when a numbered file is not in it: none is passed over in silence
 */
export function readMigrations(folder: URL): Migration[] {
  const base = new URL(folder.href.endsWith('/') ? folder : `${folder.href}/`);
  const entries = readJournal(base);
  refuseStrays(base, entries);
  return entries.map(({ tag, when }) => {
    const file = new URL(`${encodeURIComponent(tag)}.sql`, base);
    const text = read(file, 'the journal beside it names this migration');
    return { name: tag, when, file, text: text.replace(/^\ufeff/, ''), hash: hashText(text) };
  });
}

/** SHA-256, hex. */
export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function readJournal(base: URL): JournalEntry[] {
  const file = new URL('meta/_journal.json', base);
  const { entries, dialect } = parse(file);
  if (dialect !== 'postgresql') throw mistake(file, `is of the dialect ${dialect}, expected postgresql`);
  if (!Array.isArray(entries) || !entries.every(isEntry)) {
    throw mistake(file, 'has not the form that drizzle-kit gives it');
  }
  const names = entries.map(({ tag }) => tag);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw mistake(file, `names ${twice} twice`);
  return entries;
}

function parse(file: URL): { entries?: unknown; dialect?: unknown } {
  const text = read(file, 'drizzle-kit generate makes it');
  try {
    return JSON.parse(text) ?? {};
  } catch (error) {
    throw mistake(file, 'is not JSON', error);
  }
}

function isEntry(entry: Partial<JournalEntry> | null): entry is JournalEntry {
  return typeof entry?.tag === 'string' && typeof entry.when === 'number';
}

function refuseStrays(base: URL, entries: readonly JournalEntry[]): void {
  const known = new Set(entries.map(({ tag }) => `${tag}.sql`));
  const stray = readdirSync(base).find((name) => NUMBERED.test(name) && !known.has(name));
  if (stray === undefined) return;
  throw mistake(
    new URL(encodeURIComponent(stray), base),
    'is not in meta/_journal.json, and so would never be applied',
  );
}

/** Refuses what is in another encoding, of which it would make other letters. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function read(file: URL, hint: string): string {
  try {
    return UTF_8.decode(readFileSync(file));
  } catch (error) {
    if (error instanceof TypeError) throw mistake(file, 'is not UTF-8', error);
    throw mistake(file, `cannot be read (${hint})`, error);
  }
}

function mistake(file: URL, what: string, cause?: unknown): MigrationFolderError {
  return new MigrationFolderError(`${fileURLToPath(file)} ${what}`, { cause });
}
