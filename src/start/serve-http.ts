import { PostgresDistributor } from '../distributor/postgres-distributor.ts';
import { createApp } from '../http/app.ts';
import { createHealthApp } from '../http/health-app.ts';
import { type HttpServer, startHttpServer } from '../http/server.ts';
import type { Metrics } from '../observability/metrics.ts';
import { openMetrics } from './open-metrics.ts';
import type { Parts } from './parts.ts';
import { checkReadiness } from './readiness.ts';

/** Requests still open when the service stops get this long to finish. */
const CLOSE_GRACE_MS = 2_000;

/** The API, or in a worker the health checks and metrics alone. */
export async function serveHttp(parts: Parts, opened: AsyncDisposableStack): Promise<HttpServer> {
  const { host, port, publicUrl } = parts.config;
  const readiness = () => checkReadiness(parts.database, parts.processor);
  let url = publicUrl ?? '';
  const access = openMetrics(parts, opened);
  const app =
    parts.role === 'worker'
      ? createHealthApp(readiness, access)
      : createApi(parts, { readiness, publicUrl: () => url, metrics: access.metrics });
  const server = await startHttpServer({ app, host, port });
  opened.defer(() => server.close(CLOSE_GRACE_MS));
  url ||= server.url;
  return server;
}

function createApi(
  parts: Parts,
  {
    readiness,
    publicUrl,
    metrics,
  }: { readiness: () => ReturnType<typeof checkReadiness>; publicUrl: () => string; metrics: Metrics },
) {
  const { config, database, events, log, secrets, mailbox } = parts;
  return createApp({
    db: database.db,
    distributor: new PostgresDistributor({ events }),
    log,
    publicUrl,
    secretKey: secrets.secretKey,
    adminToken: secrets.adminToken,
    viewerToken: secrets.viewerToken,
    verifyEmailDelayMs: config.verifyEmailDelayMs,
    checkReadiness: readiness,
    metrics,
    signUpRateLimit: config.signUpRateLimit,
    ...(mailbox ? { mailbox } : {}),
  });
}
