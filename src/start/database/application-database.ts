import type { LoadedApp } from '../../app/load-tasks.ts';
import {
  type DatabaseHandle,
  type DatabaseOptions,
  openDatabase,
} from '../../db/connections/open-database.ts';
import { requestLimits } from '../../db/limits.ts';
import type { Logger } from '../../observability/logger.ts';
import type { Schedule } from '../../work/schedules/crontab.ts';
import { type AnnounceOptions, announceAgain, announceAtStart } from '../announce/announce-at-start.ts';
import { keepAnnouncing } from '../announce/keep-announcing.ts';
import type { Parts } from '../parts.ts';

/** Connections of each pool at most. */
export const POOL_SIZES = { tasks: 20, requests: 20, checks: 2 } as const;

/** When the service stops, a statement that has no answer by then waits for somebody's lock, and is cut. */
export const CLOSE_PATIENCE_MS = 2_000;

export interface ApplicationDatabase extends DatabaseHandle {
  /** What this process enqueues by the clock. */
  readonly schedules: readonly Schedule[];
}

/**
 * The pool that tasks get, to a database that knows this version's tasks and schedules. It ends with the stack.
 *
 * @throws {StartupError} as `announceAtStart`
 */
export async function openApplicationDatabase(
  app: LoadedApp,
  options: AnnounceOptions,
  resources: AsyncDisposableStack,
): Promise<ApplicationDatabase> {
  const { connectionString, log } = options;
  const handle = openLogged(
    { connectionString, applicationName: 'howdah', maxConnections: POOL_SIZES.tasks },
    log,
    resources,
  );
  const schedules = await announceAtStart(handle.db, app, options);
  const announce = () => announceAgain(handle.db, app, { ...options, schedules });
  resources.use(keepAnnouncing(announce, { log }));
  return { ...handle, schedules };
}

/** The pool of the HTTP API: a database that does not answer fails requests rather than piling them up. */
export function openRequestDatabase(
  { databaseUrl: connectionString, config, log }: Parts,
  resources: AsyncDisposableStack,
): DatabaseHandle {
  const limits = requestLimits(config.requestTimeoutMs);
  const maxConnections = POOL_SIZES.requests;
  return openLogged(
    { connectionString, applicationName: 'howdah api', maxConnections, limits, prepares: true },
    log,
    resources,
  );
}

/** A scrape is given up by who asked for it after some seconds. */
const CHECK_TIMEOUT_MS = 3_000;

/** The pool of metrics, and of health checks where no requests are served. */
export function openCheckDatabase(
  { databaseUrl: connectionString, log }: Pick<Parts, 'databaseUrl' | 'log'>,
  resources: AsyncDisposableStack,
): DatabaseHandle {
  const limits = requestLimits(CHECK_TIMEOUT_MS);
  const maxConnections = POOL_SIZES.checks;
  return openLogged(
    { connectionString, applicationName: 'howdah checks', maxConnections, limits },
    log,
    resources,
  );
}

function openLogged(
  options: Omit<DatabaseOptions, 'onConnectionError'>,
  log: Logger,
  resources: AsyncDisposableStack,
): DatabaseHandle {
  const onConnectionError = (err: Error) => log.warn({ err }, 'database connection lost');
  const handle = openDatabase({ ...options, onConnectionError });
  resources.defer(() => handle.close(CLOSE_PATIENCE_MS));
  return handle;
}
