import type { Config } from '../config.ts';
import { type DatabaseHandle, openDatabase } from '../db/database.ts';
import { EngineMismatchError } from '../db/engine-fingerprint.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { announceTasks } from '../distributor/announce-tasks.ts';
import { catalogue } from '../jobs/catalogue.ts';
import type { Logger } from '../observability/logger.ts';
import { announceSchedules } from '../processor/announce-schedules.ts';
import { checkConnection } from './check-connection.ts';
import { loadSchedules } from './load-schedules.ts';
import { startEmbedded } from './start-embedded.ts';
import { StartupError } from './startup-error.ts';

/** A connection string that works: the configured server's, or that of an embedded one which ends with the stack. */
export async function openServer(config: Config, resources: AsyncDisposableStack): Promise<string> {
  if (config.databaseUrl !== undefined) {
    await checkConnection(config.databaseUrl);
    return config.databaseUrl;
  }
  const embedded = await startEmbedded(config.dataDir);
  resources.defer(() => embedded.stop());
  return embedded.connectionString;
}

/** The database at this version. @throws {StartupError} when its engine is another than this version was built for */
export async function prepareDatabase(config: Config, connectionString: string): Promise<void> {
  const queues = [...new Set([...config.queues, ...catalogue.values()].map(queueName))];
  await migrateDatabase({ connectionString, queues }).catch((error: unknown) => {
    throw error instanceof EngineMismatchError ? new StartupError(error.message) : error;
  });
}

/** The pool that business code and the HTTP API share, to a database that knows this version's tasks and schedules. */
export async function openApplicationDatabase(
  connectionString: string,
  log: Logger,
  resources: AsyncDisposableStack,
): Promise<DatabaseHandle> {
  const handle = openDatabase({
    connectionString,
    applicationName: 'howdah',
    maxConnections: 20,
    onConnectionError: (err) => log.warn({ err }, 'database connection lost'),
  });
  resources.defer(() => handle.close());
  await announceTasks(handle.pool, catalogue);
  await announceSchedules(handle.pool, await loadSchedules(handle.pool));
  return handle;
}

function queueName(item: { name: string } | { queue: string }): string {
  return 'queue' in item ? item.queue : item.name;
}
