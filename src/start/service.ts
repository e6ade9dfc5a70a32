import { setTimeout as delay } from 'node:timers/promises';
import { loadTasks } from '../app/load-tasks.ts';
import { developmentTokens } from '../config/secrets/development-secrets.ts';
import { asyncStack } from './async-stack.ts';
import { openServer } from './database/open-server.ts';
import { serveHttp } from './http/serve-http.ts';
import { runJobs } from './jobs/run-jobs.ts';
import { openApplication } from './open-application.ts';
import { openServices } from './open-services.ts';
import type { Parts } from './parts.ts';
import { NO_ROUTES, planRelay } from './relay/plan-relay.ts';
import type { ServiceOptions } from './service-options.ts';
import { tellingFirst } from './telling-first.ts';

/** A service that is up. */
export interface Service {
  /** Where it listens. */
  readonly url: string;
  readonly databaseUrl: string;
  /** What the application shows at start, by name. */
  readonly introduction: Readonly<Record<string, string | undefined>>;
  readonly adminToken: string | undefined;
  readonly viewerToken: string | undefined;
  readonly workerToken: string | undefined;
  /** Takes no more jobs, for good; the running ones and everything else go on. Resolves once no job runs. */
  quiet(): Promise<void>;
  /**
   * Jobs first, while requests are served for SHUTDOWN_DELAY; then HTTP, services and connections, and the embedded database
   * last. Safe to call twice.
   */
  stop(): Promise<void>;
}

/**
 * A running service. When any part fails to start, those that did are stopped again.
 *
 * @throws {StartupError | ConfigError} for what somebody must change first
 * @throws the reason of `signal` when it fired before all parts were up
 */
export function startService(options: ServiceOptions): Promise<Service> {
  return tellingFirst(() => openService(options), options.log);
}

async function openService(options: ServiceOptions): Promise<Service> {
  const { config, role, onStep = () => {} } = options;
  await using opened = asyncStack();
  const app = await loadTasks(options.app);
  const routes = role === 'api' ? NO_ROUTES : planRelay(app, config);
  const tokens = await developmentTokens(config);
  const addresses = await openServer(config, opened, onStep);
  const application = await openApplication(app, options, { addresses, opened });
  const given = { ...options, ...application, tokens, routes };
  return toService(await openParts(given, opened), opened.move());
}

/** Everything that needs the database: the application's services, HTTP, and jobs in the roles that run them. */
async function openParts(
  given: Omit<Parts, 'services' | 'url'>,
  opened: AsyncDisposableStack,
): Promise<Parts> {
  const { app, config, role, log, databaseUrl, database, signal } = given;
  let address = app.app.publicUrl?.(config.settings) ?? '';
  const url = () => address;
  const surroundings = { config, role, log, connectionString: databaseUrl, database, url };
  const services = await openServices(app, surroundings, opened);
  const parts: Parts = { ...given, services, url };
  parts.server = await serveHttp(parts, opened);
  address ||= parts.server.url;
  signal?.throwIfAborted();
  if (role !== 'api') parts.processor = await runJobs(parts, opened);
  return parts;
}

/** Balancers take a while to notice that this process is not ready any more, and go on sending until then. */
async function stop({ config, role, processor }: Parts, opened: AsyncDisposableStack): Promise<void> {
  const { shutdownDelayMs, shutdownTimeoutMs } = config;
  await Promise.allSettled([
    role === 'worker' ? undefined : delay(shutdownDelayMs),
    processor?.stop(shutdownTimeoutMs),
  ]);
  await opened.disposeAsync();
}

function toService(parts: Parts, opened: AsyncDisposableStack): Service {
  const { app, services, tokens, server } = parts;
  const url = server?.url ?? '';
  let stopping: Promise<void> | undefined;
  return {
    url,
    databaseUrl: parts.databaseUrl,
    introduction: app.app.introduce?.(services, url) ?? {},
    adminToken: tokens.adminToken,
    viewerToken: tokens.viewerToken,
    workerToken: tokens.workerToken,
    async quiet() {
      parts.ending ??= 'quiet';
      await parts.processor?.quiet();
    },
    stop() {
      parts.ending = 'stopping';
      stopping ??= stop(parts, opened);
      return stopping;
    },
  };
}
