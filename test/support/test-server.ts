import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/db/embedded/postgres.ts';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { announceTasks } from '../../src/enqueue/announce-tasks.ts';
import { catalogue } from './bank-catalogue.ts';
import { bankMigrations } from './bank-migrations.ts';
import { administrate, databaseUrl, TEMPLATE } from './databases-of-server.ts';
import { openPool } from './open-pool.ts';
import { quickFolder } from './quick-folder.ts';

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
