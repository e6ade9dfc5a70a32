import { loadTasks } from '../app/load-tasks.ts';
import { withSessions } from '../config/database-address.ts';
import { distrust, limitedView } from '../db/bounded-pool.ts';
import type { Database } from '../db/database.ts';
import { type Limits, requestLimits } from '../db/limits.ts';
import { openDatabase } from '../db/open-database.ts';
import { runAlone } from '../db/run-alone.ts';
import { TRANSACTION_SETTINGS } from '../db/session-settings.ts';
import { PostgresDistributor } from '../enqueue/postgres-distributor.ts';
import { HowdahError } from '../errors.ts';
import { createApp } from '../http/app.ts';
import type { OpenedApp } from '../http/fetch-handler.ts';
import { createEventHub } from '../observability/event-hub.ts';
import type { Logger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import { type Catalogue, createCatalogue } from '../tasks/catalogue.ts';
import { lookAt, refuseLacking } from './check-connection.ts';
import type { HttpHandlerOptions } from './create-http-handler.ts';
import { CLOSE_PATIENCE_MS, POOL_SIZES } from './open-database.ts';
import { readDatabaseStats } from './read-database-stats.ts';
import { checkReadiness, READINESS_LIMITS } from './readiness.ts';
import { StartupError } from './startup-error.ts';

export interface ApiOptions extends HttpHandlerOptions {
  log: Logger;
  mountPath: string;
  stopping: AbortSignal;
  requestTimeoutMs: number;
}

/**
 * The API by itself, as it is mounted in somebody else's server.
 *
 * @throws {HowdahError} `unavailable` while there is no connection, with why
 * @throws {TypeError} for tasks that cannot be loaded
 */
export async function openApi(options: ApiOptions): Promise<OpenedApp> {
  const { log, mountPath, stopping, adminToken, viewerToken, authorize, publicUrl } = options;
  const catalogue = await loadCatalogue(options);
  const { db, limits, close } = await openRequests(options);
  const events = createEventHub();
  const app = createApp({
    ...{ db, events, log, catalogue, adminToken, viewerToken, authorize, stopping },
    distributor: new PostgresDistributor({ events }),
    publicUrl: () => publicUrl ?? (mountPath || '/'),
    checkReadiness: () =>
      checkReadiness({
        client: { query: (text, values) => runAlone(db, limits, (each) => each.query(text, values)) },
        onReadOnly: () => distrust(db),
        ...{ tasks: [], processor: undefined, phase: undefined },
      }),
    metrics: createMetrics({
      ...{ events, log, queues: [], withProcess: false },
      readDatabase: () => readDatabaseStats(db),
      known: [...catalogue.values()].map(({ name: task, queue }) => ({ queue, task })),
    }),
  });
  return { app, close };
}

async function loadCatalogue({ app, tasks = [] }: ApiOptions): Promise<Catalogue> {
  return app ? (await loadTasks(app)).catalogue : createCatalogue(tasks);
}

interface Requests {
  db: Database;
  /** Of a readiness check. */
  limits: Limits;
  close(): Promise<void>;
}

async function openRequests({
  pool,
  connectionString = '',
  requestTimeoutMs,
  log,
}: ApiOptions): Promise<Requests> {
  const limits = requestLimits(requestTimeoutMs);
  if (pool) {
    const settings = TRANSACTION_SETTINGS;
    const db = limitedView(pool, { ...limits, settings });
    return { db, limits: { ...READINESS_LIMITS, settings }, close: async () => {} };
  }
  const handle = openDatabase({
    connectionString: await checkAddress(connectionString),
    applicationName: 'howdah api',
    maxConnections: POOL_SIZES.requests,
    limits,
    onConnectionError: (err) => log.warn({ err }, 'database connection lost'),
  });
  return { db: handle.db, limits: READINESS_LIMITS, close: () => handle.close(CLOSE_PATIENCE_MS) };
}

/** With what was found out about its sessions. */
async function checkAddress(connectionString: string): Promise<string> {
  try {
    const sessions = await lookAt(connectionString, 'connectionString');
    refuseLacking(sessions, 'connectionString');
    return withSessions(connectionString, sessions.kind);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    throw new HowdahError('unavailable', { retryAfterSeconds: 5, cause: error });
  }
}
