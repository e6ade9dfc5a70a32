import { createHash } from 'node:crypto';
import type pg from 'pg';
import { parseDatabaseAddress, withDatabase } from '../config/database/database-address.ts';
import { createClient } from '../db/connections/connection.ts';
import { type MigrationTarget, migrateDatabase } from '../db/migration/migrate.ts';
import { readMigrations } from '../db/migration/migration-folder.ts';
import { numberedMigrations } from '../db/migration/numbered-migrations.ts';
import { sqlFingerprint } from '../db/schema/sql-revision.ts';
import { announceTasks } from '../enqueue/announce-tasks.ts';
import type { Catalogue } from '../tasks/catalogue.ts';
import { versionsOf } from '../tasks/task-version.ts';

/** What a database is to have. */
export interface Contents extends MigrationTarget {
  readonly catalogue: Catalogue;
  /** Whose tasks they are. */
  readonly application: string | undefined;
}

export const APPLICATION_NAME = 'howdah testing';

/** Any number that others are unlikely to lock. */
const TURN = 4_853_412_001;

/**
 * The name of a database of that server with these contents, which is copied and never connected to. It is made by the first
 * who asks, while others wait, and stays: its name changes with the migrations and the tasks.
 *
 * @param admin a session in which nothing is open
 */
export async function findTemplate(
  admin: pg.Client,
  connectionString: string,
  contents: Contents,
): Promise<string> {
  const { schema } = parseDatabaseAddress(connectionString);
  const name = `howdah_template_${fingerprint(contents, schema)}`;
  if (await exists(admin, name)) return name;
  await admin.query('select pg_advisory_lock($1)', [TURN]);
  try {
    if (!(await exists(admin, name))) await make(admin, { name, connectionString, contents });
  } finally {
    await admin.query('select pg_advisory_unlock($1)', [TURN]);
  }
  return name;
}

/** Under another name until it is complete: whoever makes it may be killed. */
async function make(
  admin: pg.Client,
  { name, connectionString, contents }: { name: string; connectionString: string; contents: Contents },
): Promise<void> {
  const draft = `${name}_draft`;
  await admin.query(`drop database if exists ${draft} with (force)`);
  await admin.query(`create database ${draft}`);
  await fill(withDatabase(connectionString, draft), contents);
  await admin.query(`alter database ${draft} rename to ${name}`);
}

async function fill(
  connectionString: string,
  { catalogue, application, ...target }: Contents,
): Promise<void> {
  await migrateDatabase({ connectionString, ...target });
  const client = createClient({ connectionString, applicationName: APPLICATION_NAME });
  await client.connect();
  try {
    await announceTasks(client, catalogue, application);
  } finally {
    await client.end();
  }
}

async function exists(admin: pg.Client, name: string): Promise<boolean> {
  const { rows } = await admin.query('select from pg_database where datname = $1', [name]);
  return rows.length > 0;
}

/** Of all that decides what the database holds. */
function fingerprint(
  { queues, applications = [], catalogue, application }: Contents,
  schema: string,
): string {
  const own = applications.map((each) => [
    each.application,
    readMigrations(each.folder).map(({ hash }) => hash),
  ]);
  const parts = {
    sql: sqlFingerprint(),
    howdah: numberedMigrations().map(({ hash }) => hash),
    ...{ own, queues, application, schema },
    tasks: versionsOf([...catalogue.values()]),
  };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
