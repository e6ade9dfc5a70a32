import { randomBytes } from 'node:crypto';
import { administrate, cloneOn, databaseUrl, dropOn, TEMPLATE } from './databases-of-server.ts';

export interface TestDatabase {
  readonly connectionString: string;
  readonly name: string;
  /** Also when somebody is still connected. */
  drop(): Promise<void>;
}

let ownServerUrl: Promise<string> | undefined;

/** A migrated database that nobody else uses, with the queues `critical` and `default` and this service's tasks. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return cloneDatabase(TEMPLATE);
}

/** A database without anything in it. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return cloneDatabase('template1');
}

/** A copy of all that is in the database, on the same server. Ends whatever sessions it has. */
export async function copyDatabase({ name }: TestDatabase): Promise<TestDatabase> {
  const serverUrl = await findServer();
  await administrate(
    serverUrl,
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${name}'`,
  );
  return cloneDatabase(name);
}

async function cloneDatabase(template: string): Promise<TestDatabase> {
  const serverUrl = await findServer();
  const name = `howdah_test_${randomBytes(6).toString('hex')}`;
  await cloneOn(serverUrl, template, name);
  return {
    connectionString: databaseUrl(serverUrl, name),
    name,
    drop: () => dropOn(serverUrl, name),
  };
}

/** The run's server, or one of this file's own when the file is run by itself. */
function findServer(): Promise<string> {
  const shared = process.env['HOWDAH_TEST_SERVER'];
  if (shared !== undefined) return Promise.resolve(shared);
  ownServerUrl ??= startOwnServer();
  return ownServerUrl;
}

async function startOwnServer(): Promise<string> {
  const { startTestServer } = await import('./test-server.ts'); // all that makes the template, for this case alone
  const server = await startTestServer();
  process.once('beforeExit', () => void server.stop());
  return server.url;
}
