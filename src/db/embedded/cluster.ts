import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { createClient } from '../connections/connection.ts';
import { type Binaries, EMBEDDED_VERSION } from './binaries.ts';
import type { Place } from './place.ts';
import { EmbeddedPostgresError } from './postgres-error.ts';
import { runProgram } from './program.ts';

/** The superuser that owns the database of the same name. */
export const ROLE = 'howdah';

const UNKNOWN_DATABASE = '3D000';

const MAJOR_VERSION = EMBEDDED_VERSION.split('.')[0];

/** @throws EmbeddedPostgresError when it is there, and of another major version: no server but its own can read it */
export async function hasCluster({ data }: Place): Promise<boolean> {
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version === undefined) return false;
  if (version.trim() === MAJOR_VERSION) return true;
  throw new EmbeddedPostgresError(
    `The database in ${data} is of Postgres ${version.trim()}, and the embedded one is ${MAJOR_VERSION}; set DATA_DIR to ` +
      'another folder, or remove that one if nobody needs it (pg_upgrade of Postgres can carry it over)',
  );
}

/**
 * Makes an empty cluster, sorted by code point and independent of the system's locales. It appears in its place when
 * it is complete; a start that was interrupted leaves nothing that the next one could take for a cluster.
 */
export async function createCluster(place: Place, binaries: Binaries, password: string): Promise<void> {
  const fresh = `${place.data}.new`;
  const passwordFile = `${place.data}.password`;
  try {
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { mode: 0o700 });
    await rm(passwordFile, { force: true });
    await writeFile(passwordFile, password, { mode: 0o600, flag: 'wx' });
    if (place.account) for (const path of [fresh, passwordFile]) await giveTo(place.account, path);
    await initialize(place, binaries, ['--pgdata', fresh, '--pwfile', passwordFile]);
    await rename(fresh, place.data);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Sets the superuser's password in a cluster whose server does not run: the settings that knew it are gone. */
export async function resetPassword(place: Place, binaries: Binaries, password: string): Promise<void> {
  const { isOk, output } = await runProgram(binaries.postgres, ['--single', '-D', place.data, 'postgres'], {
    account: place.account,
    folder: place.parent,
    input: `alter role ${ROLE} password '${password}'\n`,
  });
  if (!isOk) throw new EmbeddedPostgresError(`The embedded Postgres cannot set its password: ${output}`);
}

/** Makes the database of the connection string when the server does not have it yet. */
export async function ensureDatabase(connectionString: string): Promise<void> {
  try {
    await query(connectionString, 'select 1');
  } catch (error) {
    if ((error as pg.DatabaseError).code !== UNKNOWN_DATABASE) throw error;
    const { pathname } = new URL(connectionString);
    const other = new URL('/postgres', connectionString);
    await query(other.href, `create database ${pg.escapeIdentifier(pathname.slice(1))}`);
  }
}

async function initialize({ account, parent }: Place, { initdb }: Binaries, args: string[]): Promise<void> {
  const locale = ['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'];
  const login = ['--username', ROLE, '--auth', 'scram-sha-256'];
  const { isOk, output } = await runProgram(
    initdb,
    [...args, ...login, ...locale, '--encoding', 'UTF8', '--no-instructions'],
    { account, folder: parent },
  );
  if (!isOk) throw new EmbeddedPostgresError(`The embedded Postgres cannot create its database: ${output}`);
}

function giveTo({ uid, gid }: NonNullable<Place['account']>, path: string): Promise<void> {
  return chown(path, uid, gid);
}

async function query(connectionString: string, text: string): Promise<void> {
  const client = createClient({ connectionString, applicationName: 'howdah embedded' });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
