import type { AnyApp } from '../../app/define-app.ts';
import { loadTasks } from '../../app/load-tasks.ts';
import { withSchema, withSessions } from '../../config/database/database-address.ts';
import { meantSchema } from '../../config.ts';
import { addDashboard } from '../../dashboard/add-dashboard.ts';
import { distrust } from '../../db/connections/bounded-pool.ts';
import { openDatabase } from '../../db/connections/open-database.ts';
import type { Database } from '../../db/database.ts';
import { limitedView } from '../../db/limited-view.ts';
import { requestLimits } from '../../db/limits.ts';
import { namedView } from '../../db/named-view.ts';
import { namingOf } from '../../db/naming.ts';
import { PLAIN_TYPES } from '../../db/read-plainly.ts';
import { runAlone } from '../../db/run-alone.ts';
import type { SqlClient } from '../../db/sql-client.ts';
import { isRedactionKnown } from '../../enqueue/announce-redaction.ts';
import { PostgresDistributor } from '../../enqueue/postgres-distributor.ts';
import { HowdahError } from '../../errors.ts';
import { Announcer } from '../../howdah/announcer.ts';
import { AnnouncingDistributor } from '../../howdah/announcing-distributor.ts';
import { Connections, type ConnectionsOptions } from '../../howdah/connections.ts';
import { createAppWith } from '../../http/app.ts';
import type { AppDependencies, NavigationEntry, App as Routes } from '../../http/app-dependencies.ts';
import type { OpenedApp } from '../../http/server/opening.ts';
import { createEventHub } from '../../observability/event-hub.ts';
import type { Logger } from '../../observability/logger.ts';
import { createMetrics } from '../../observability/metrics.ts';
import { type Catalogue, createCatalogue } from '../../tasks/catalogue.ts';
import { CLOSE_PATIENCE_MS, POOL_SIZES } from '../database/application-database.ts';
import { lookAt, refuseLacking } from '../database/check-connection.ts';
import { StartupError } from '../startup-error.ts';
import type { HttpHandlerOptions } from './create-http-handler.ts';
import { readDatabaseStats } from './read-database-stats.ts';
import { checkReadiness, READINESS_LIMITS } from './readiness.ts';
import { sharedReadiness } from './shared-readiness.ts';

export interface ApiOptions extends HttpHandlerOptions {
  log: Logger;
  dashboard: boolean;
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
  const { log, mountPath, stopping, authorize, authorizeTimeoutMs, publicUrl } = options;
  const { adminToken, viewerToken, workerToken } = options;
  const catalogue = await loadCatalogue(options);
  const schema = meantSchema(options);
  const { db, checks, place, close } = await openRequests(options, schema);
  const events = createEventHub();
  const announcing = new Connections({ ...place, log, schema });
  const announcer = new Announcer(announcing, options);
  const distributor = new PostgresDistributor({ events, schema });
  const navigation: NavigationEntry[] = [];
  if (options.app) await withholdFirst(db, options.app, announcer);
  const deps: AppDependencies = {
    navigation,
    ...{ db, events, log, catalogue, adminToken, viewerToken, workerToken, authorize, stopping, distributor },
    schema,
    authorizeTimeoutMs,
    links: options.app?.links,
    beforeEnqueue: () => announcer.before(async () => {}),
    publicUrl: () => publicUrl ?? (mountPath || '/'),
    checkReadiness: sharedReadiness({ check: readinessOf(checks, db), log }),
    metrics: createMetrics({
      ...{ events, log, queues: [], withProcess: false },
      readDatabase: () => readDatabaseStats(db),
      known: [...catalogue.values()].map(({ name: task, queue }) => ({ queue, task })),
    }),
  };
  const app = await createAppWith(deps, async (routes) => {
    await addOwnRoutes(routes, options, { deps, announcer, navigation });
    if (options.dashboard) addDashboard(routes, deps);
  });
  return { app, close: () => Promise.all([close(), announcing.close()]).then(() => {}) };
}

/** Before the first answer: what is to be withheld must be known, whether or not a worker has started yet. */
async function withholdFirst(
  client: SqlClient,
  { name, redact = [] }: Pick<AnyApp, 'name' | 'redact'>,
  announcer: Announcer,
): Promise<void> {
  if (redact.length === 0 || (await isRedactionKnown(client, { application: name, fields: redact }))) return;
  await announcer.announce();
}

function readinessOf(client: SqlClient, db: Database) {
  const onReadOnly = () => distrust(db);
  return () => checkReadiness({ client, onReadOnly, tasks: [], processor: undefined, phase: undefined });
}

/** Behind the same callers and limits as Howdah's own; what they enqueue is announced before as well. */
function addOwnRoutes(
  routes: Routes,
  { app, ownRoutes, publicUrl, mountPath }: ApiOptions,
  {
    deps,
    announcer,
    navigation,
  }: { deps: AppDependencies; announcer: Announcer; navigation: NavigationEntry[] },
): void | Promise<void> {
  if (!ownRoutes) return;
  const { db: pool, adminToken, viewerToken } = deps;
  const distributor = new AnnouncingDistributor(deps.distributor, announcer);
  const { services, settings } = ownRoutes;
  const url = () => publicUrl ?? mountPath;
  return app?.addRoutes?.(routes, {
    ...{ services, settings, pool, distributor, adminToken, viewerToken, url },
    addNavigation: (entry) => void navigation.push(entry),
  });
}

async function loadCatalogue({ app, tasks }: ApiOptions): Promise<Catalogue> {
  return app && !tasks ? (await loadTasks(app)).catalogue : createCatalogue(tasks ?? []);
}

interface Requests {
  db: Database;
  /** On the same connections, within the time that a health check has. */
  checks: SqlClient;
  /** Where others connect to the same. */
  place: Pick<ConnectionsOptions, 'pool' | 'connectionString'>;
  close(): Promise<void>;
}

async function openRequests(
  { pool, connectionString = '', requestTimeoutMs, log }: ApiOptions,
  schema: string,
): Promise<Requests> {
  const limits = requestLimits(requestTimeoutMs);
  if (pool) {
    const named = namedView(pool, namingOf(schema));
    const checks = limitedView(named, READINESS_LIMITS);
    return { db: limitedView(named, limits), checks, place: { pool }, close: async () => {} };
  }
  const address = withSchema(await checkAddress(connectionString), schema);
  const handle = openDatabase({
    connectionString: address,
    applicationName: 'howdah api',
    maxConnections: POOL_SIZES.requests,
    limits,
    prepares: true,
    types: PLAIN_TYPES,
    onConnectionError: (err) => log.warn({ err }, 'database connection lost'),
  });
  const { db } = handle;
  const checks: SqlClient = {
    query: (text, values) => runAlone(db, READINESS_LIMITS, (each) => each.query(text, values)),
  };
  const close = () => handle.close(CLOSE_PATIENCE_MS);
  return { db, checks, place: { connectionString: address }, close };
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
