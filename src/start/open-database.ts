import { type DatabaseHandle, type DatabaseOptions, openDatabase } from '../db/database.ts';
import { requestLimits } from '../db/limits.ts';
import type { LateQueues } from '../db/migrate.ts';
import { announceTasks, announceVersions } from '../enqueue/announce-tasks.ts';
import type { Logger } from '../observability/logger.ts';
import { catalogue } from '../tasks/catalogue.ts';
import { announceSchedules } from '../work/schedules/announce-schedules.ts';
import { keepAnnouncing } from './keep-announcing.ts';
import { loadSchedules } from './load-schedules.ts';
import type { Parts } from './parts.ts';

/** Connections of each pool at most. */
export const POOL_SIZES = { tasks: 20, requests: 20, checks: 2 } as const;

/** When the service stops, a statement that has no answer by then waits for somebody's lock, and is cut. */
const CLOSE_PATIENCE_MS = 2_000;

/** The pool that tasks get, to a database that knows this version's tasks and schedules. It ends with the stack. */
export async function openApplicationDatabase(
  connectionString: string,
  { log, late }: { log: Logger; late?: LateQueues | undefined },
  resources: AsyncDisposableStack,
): Promise<DatabaseHandle> {
  const handle = openPool(
    { connectionString, applicationName: 'howdah', maxConnections: POOL_SIZES.tasks },
    log,
    resources,
  );
  await announceTasks(handle.pool, catalogue);
  const schedules = await loadSchedules(handle.pool, late?.names);
  await announceSchedules(handle.pool, schedules);
  const announce = async () => {
    await announceVersions(handle.pool, catalogue);
    await announceSchedules(handle.pool, schedules);
  };
  resources.use(keepAnnouncing(announce, { log }));
  return handle;
}

/** The pool of the HTTP API: a database that does not answer fails requests rather than piling them up. */
export function openRequestDatabase(
  { databaseUrl: connectionString, config, log }: Parts,
  resources: AsyncDisposableStack,
): DatabaseHandle {
  const limits = requestLimits(config.requestTimeoutMs);
  const maxConnections = POOL_SIZES.requests;
  return openPool(
    { connectionString, applicationName: 'howdah api', maxConnections, limits },
    log,
    resources,
  );
}

/** A scrape is given up by who asked for it after some seconds. */
const CHECK_TIMEOUT_MS = 3_000;

/** The pool of metrics, and of health checks where no requests are served. */
export function openCheckDatabase(
  { databaseUrl: connectionString, log }: Parts,
  resources: AsyncDisposableStack,
): DatabaseHandle {
  const limits = requestLimits(CHECK_TIMEOUT_MS);
  const maxConnections = POOL_SIZES.checks;
  return openPool(
    { connectionString, applicationName: 'howdah checks', maxConnections, limits },
    log,
    resources,
  );
}

function openPool(
  options: Omit<DatabaseOptions, 'onConnectionError'>,
  log: Logger,
  resources: AsyncDisposableStack,
): DatabaseHandle {
  const onConnectionError = (err: Error) => log.warn({ err }, 'database connection lost');
  const handle = openDatabase({ ...options, onConnectionError });
  resources.defer(() => handle.close(CLOSE_PATIENCE_MS));
  return handle;
}
