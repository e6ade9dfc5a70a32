import type { Config } from '../config.ts';
import { type DatabaseHandle, type DatabaseOptions, openDatabase } from '../db/database.ts';
import { announceTasks } from '../distributor/announce-tasks.ts';
import { catalogue } from '../jobs/catalogue.ts';
import type { Logger } from '../observability/logger.ts';
import { announceSchedules } from '../processor/schedules/announce-schedules.ts';
import { checkConnection } from './check-connection.ts';
import { keepAnnouncing } from './keep-announcing.ts';
import { loadSchedules } from './load-schedules.ts';
import { startEmbedded } from './start-embedded.ts';

/** Connections of each pool at most. */
export const POOL_SIZES = { tasks: 20, requests: 20, checks: 2 } as const;

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

/** The pool that tasks get, to a database that knows this version's tasks and schedules. It ends with the stack. */
export async function openApplicationDatabase(
  connectionString: string,
  log: Logger,
  resources: AsyncDisposableStack,
): Promise<DatabaseHandle> {
  const handle = openPool(
    { connectionString, applicationName: 'howdah', maxConnections: POOL_SIZES.tasks },
    log,
    resources,
  );
  await announceTasks(handle.pool, catalogue);
  resources.use(keepAnnouncing(handle.pool, catalogue, { log }));
  await announceSchedules(handle.pool, await loadSchedules(handle.pool));
  return handle;
}

/** What a request may wait for the database; then it is told that the service is unavailable. */
const REQUEST_TIMEOUT_MS = 15_000;

/** The pool of the HTTP API: a database that does not answer fails requests rather than piling them up. */
export function openRequestDatabase(
  connectionString: string,
  log: Logger,
  resources: AsyncDisposableStack,
): DatabaseHandle {
  const limits = { maxConnections: POOL_SIZES.requests, timeoutMs: REQUEST_TIMEOUT_MS };
  return openPool({ connectionString, applicationName: 'howdah api', ...limits }, log, resources);
}

/** Readiness must be told while somebody still waits for it. */
const CHECK_TIMEOUT_MS = 3_000;

/** The pool of health checks and metrics, so that they wait neither for requests nor for a database that is gone. */
export function openCheckDatabase(
  connectionString: string,
  log: Logger,
  resources: AsyncDisposableStack,
): DatabaseHandle {
  const limits = { maxConnections: POOL_SIZES.checks, timeoutMs: CHECK_TIMEOUT_MS };
  return openPool({ connectionString, applicationName: 'howdah checks', ...limits }, log, resources);
}

function openPool(
  options: Omit<DatabaseOptions, 'onConnectionError'>,
  log: Logger,
  resources: AsyncDisposableStack,
): DatabaseHandle {
  const onConnectionError = (err: Error) => log.warn({ err }, 'database connection lost');
  const handle = openDatabase({ ...options, onConnectionError });
  resources.defer(() => handle.close());
  return handle;
}
