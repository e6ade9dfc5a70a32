import type { DatabaseHandle } from '../../db/connections/open-database.ts';
import { PostgresDistributor } from '../../enqueue/postgres-distributor.ts';
import type { AppDependencies, NavigationEntry } from '../../http/app-dependencies.ts';
import type { FetchHandler } from '../../http/server/fetch-handler.ts';
import { createHealthApp } from '../../http/server/health-app.ts';
import { type HttpServer, type HttpServerOptions, startHttpServer } from '../../http/server/server.ts';
import type { Logger } from '../../observability/logger.ts';
import { openCheckDatabase, openRequestDatabase } from '../database/application-database.ts';
import type { Parts } from '../parts.ts';
import { checkParts, phaseOf } from './check-parts.ts';
import { openMetrics } from './open-metrics.ts';
import { sharedReadiness } from './shared-readiness.ts';

/** Requests still open when the service stops get this long to finish. */
const CLOSE_GRACE_MS = 2_000;

const DEFAULT_HEALTH_PORT = 3001;

/** The API, or in a worker the health checks and metrics alone. */
export async function serveHttp(parts: Parts, opened: AsyncDisposableStack): Promise<HttpServer> {
  const { host, keepAliveTimeoutMs, maxConnections } = parts.config;
  const checks = openCheckDatabase(parts, opened);
  const requests = parts.role === 'worker' ? undefined : openRequestDatabase(parts, opened);
  // What requests wait for, readiness waits for as well; a pool of its own would be ready when theirs is stuck.
  const { db } = requests ?? checks;
  const readiness = sharedReadiness({
    check: () => checkParts(parts, db),
    phase: () => phaseOf(parts),
    log: parts.log,
  });
  const access = openMetrics(parts, checks, opened);
  const stopping = new AbortController();
  const app = requests
    ? await createApi(parts, requests, {
        checkReadiness: readiness,
        metrics: access.metrics,
        stopping,
      })
    : createHealthApp(readiness, access);
  const server = await startHttpServer({
    ...{ app, host, ...portOf(parts), keepAliveTimeoutMs, maxConnections },
    onDrop: dropTeller(parts.log, maxConnections),
    isLeaving: () => parts.ending === 'stopping',
  });
  opened.defer(() => {
    stopping.abort();
    return server.close(CLOSE_GRACE_MS);
  });
  return server;
}

/** A worker's is another than the API's, so that they run beside each other, and developers run as many as they like. */
function portOf({ role, config }: Parts): Pick<HttpServerOptions, 'port' | 'setting' | 'orFree'> {
  if (role !== 'worker') return { port: config.port };
  const orFree = config.healthPort === undefined && config.environment === 'development';
  return { port: config.healthPort ?? DEFAULT_HEALTH_PORT, setting: 'HEALTH_PORT', orFree };
}

const TOLD_AGAIN_MS = 60_000;

/** Once a minute at most, however many are turned away. */
function dropTeller(log: Logger, maxConnections: number): () => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - toldAt < TOLD_AGAIN_MS) return;
    toldAt = performance.now();
    log.warn(
      { max_connections: maxConnections },
      'connections are closed unheard, as MAX_CONNECTIONS are open',
    );
  };
}

/** Loaded only where the API is served: a worker does without all that describes one. */
async function createApi(
  parts: Parts,
  { db }: DatabaseHandle,
  own: Pick<AppDependencies, 'metrics' | 'checkReadiness'> & { stopping: AbortController },
): Promise<Pick<FetchHandler, 'fetch'>> {
  const { app, services, config, events, log, tokens, url } = parts;
  const { stopping } = own;
  const distributor = new PostgresDistributor({ events, schema: config.schema });
  const { catalogue } = app;
  const [{ createAppWith }, { createFetchHandler }, { addDashboard }] = await Promise.all([
    import('../../http/app.ts'),
    import('../../http/server/fetch-handler.ts'),
    import('../../dashboard/add-dashboard.ts'),
  ]);
  const navigation: NavigationEntry[] = [];
  const deps: AppDependencies = {
    ...{ ...own, ...tokens, navigation, db, distributor, events, log, catalogue, links: app.app.links },
    ...{
      schema: config.schema,
      publicUrl: url,
      stopping: stopping.signal,
      trustedProxies: config.trustedProxies,
    },
  };
  const api = await createAppWith(deps, async (routes) => {
    await app.app.addRoutes?.(routes, {
      ...{ services, settings: config.settings, pool: db, distributor, url },
      ...tokens,
      addNavigation: (entry) => void navigation.push(entry),
    });
    addDashboard(routes, deps);
  });
  return createFetchHandler({ open: async () => ({ app: api }), stopping, log });
}
