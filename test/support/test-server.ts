import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/db/embedded/postgres.ts';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { announceTasks } from '../../src/enqueue/announce-tasks.ts';
import { catalogue } from './bank-catalogue.ts';
import { bankMigrations } from './bank-migrations.ts';
import { openPool } from './open-pool.ts';
import { quickFolder } from './quick-folder.ts';

/** Cloned for every test file. */
export const TEMPLATE = 'howdah_test_template';

export interface TestServer {
  /** Of a superuser, to the server's `postgres` database. */
  readonly url: string;
  /** Leaves nothing behind. */
  stop(): Promise<void>;
}

/** The server of TEST_DATABASE_URL, or an embedded one in a folder of its own; with a migrated template. */
export async function startTestServer(): Promise<TestServer> {
  const given = process.env['TEST_DATABASE_URL'];
  const server =
    given === undefined ? await startEmbedded() : { url: given, stop: () => dropTemplate(given) };
  try {
    await createTemplate(server.url);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Copies the database on the same server: by whole files, which is what costs least where nothing is kept safe. */
export async function cloneOn(serverUrl: string, template: string, name: string): Promise<void> {
  const strategy = process.env['TEST_DATABASE_URL'] === undefined ? 'file_copy' : 'wal_log';
  await administrate(serverUrl, `create database ${name} template ${template} strategy ${strategy}`);
}

/**
 * Drops the database, whoever is still connected. The sessions that are just being closed have half a second for it: one
 * that is ended instead tells its client so, which fails a test file that is over.
 */
export async function dropOn(serverUrl: string, name: string): Promise<void> {
  await administrate(
    serverUrl,
    `do $$
     begin
       for i in 1..50 loop
         exit when not exists (select from pg_stat_activity where datname = '${name}');
         perform pg_sleep(0.01);
         perform pg_stat_clear_snapshot();
       end loop;
     end
     $$`,
    `drop database if exists ${name} with (force)`,
  );
}

/** The address of another database of the same server; of the Howdah in it that HOWDAH_TEST_SCHEMA names. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  const schema = process.env['HOWDAH_TEST_SCHEMA'];
  if (schema !== undefined) url.searchParams.set('howdah_schema', schema);
  return url.href;
}

/** Statements as a superuser, each by itself. */
export async function administrate(serverUrl: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

async function startEmbedded(): Promise<TestServer> {
  const dataDir = await mkdtemp(join(await quickFolder(), 'howdah-test-'));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  await chmod(dataDir, 0o711); // root's server runs as an account that must reach its data
  const server = await startEmbeddedPostgres({ dataDir, durability: 'none' });
  return {
    url: databaseUrl(server.connectionString, 'postgres'),
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function createTemplate(serverUrl: string): Promise<void> {
  await dropTemplate(serverUrl);
  await administrate(serverUrl, `create database ${TEMPLATE}`);
  const connectionString = databaseUrl(serverUrl, TEMPLATE);
  await migrateDatabase({
    connectionString,
    queues: ['critical', 'default'],
    applications: [bankMigrations],
  });
  const pool = openPool(connectionString);
  await announceTasks(pool, catalogue);
  await pool.end();
}

async function dropTemplate(serverUrl: string): Promise<void> {
  await administrate(serverUrl, `drop database if exists ${TEMPLATE} with (force)`);
}
