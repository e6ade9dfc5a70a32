import { PostgresDistributor } from '../distributor/postgres-distributor.ts';
import { createApp } from '../http/app.ts';
import type { AppDependencies } from '../http/app-dependencies.ts';
import { createHealthApp } from '../http/health-app.ts';
import { type HttpServer, startHttpServer } from '../http/server.ts';
import { openCheckDatabase, openRequestDatabase } from './open-database.ts';
import { openMetrics } from './open-metrics.ts';
import type { Parts } from './parts.ts';
import { checkReadiness, type Phase } from './readiness.ts';

/** Requests still open when the service stops get this long to finish. */
const CLOSE_GRACE_MS = 2_000;

/** The API, or in a worker the health checks and metrics alone. */
export async function serveHttp(parts: Parts, opened: AsyncDisposableStack): Promise<HttpServer> {
  const { host, port, publicUrl } = parts.config;
  const checks = openCheckDatabase(parts.databaseUrl, parts.log, opened);
  const readiness = () =>
    checkReadiness({ client: checks.pool, processor: parts.processor, phase: phaseOf(parts) });
  let url = publicUrl ?? '';
  const access = openMetrics(parts, checks, opened);
  const stopping = new AbortController();
  const app =
    parts.role === 'worker'
      ? createHealthApp(readiness, access)
      : createApi(parts, {
          db: openRequestDatabase(parts.databaseUrl, parts.log, opened).db,
          checkReadiness: readiness,
          publicUrl: () => url,
          metrics: access.metrics,
          stopping: stopping.signal,
        });
  const server = await startHttpServer({ app, host, port });
  opened.defer(() => {
    stopping.abort();
    return server.close(CLOSE_GRACE_MS);
  });
  url ||= server.url;
  return server;
}

function phaseOf({ role, processor, ending }: Parts): Phase | undefined {
  return ending ?? (role === 'api' || processor ? undefined : 'starting');
}

function createApi(
  parts: Parts,
  own: Pick<AppDependencies, 'db' | 'publicUrl' | 'stopping' | 'metrics' | 'checkReadiness'>,
) {
  const { config, events, log, secrets, mailbox } = parts;
  return createApp({
    distributor: new PostgresDistributor({ events }),
    events,
    log,
    secretKey: secrets.secretKey,
    adminToken: secrets.adminToken,
    viewerToken: secrets.viewerToken,
    verifyEmailDelayMs: config.verifyEmailDelayMs,
    signUpRateLimit: config.signUpRateLimit,
    ...own,
    ...(mailbox ? { mailbox } : {}),
  });
}
