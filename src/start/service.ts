import { setTimeout as delay } from 'node:timers/promises';
import { developmentSecrets } from '../config/development-secrets.ts';
import { checkRole } from './check-role.ts';
import { openApplicationDatabase } from './open-database.ts';
import { openMail } from './open-mail.ts';
import { openServer } from './open-server.ts';
import type { Parts } from './parts.ts';
import { prepareDatabase } from './prepare-database.ts';
import { runJobs } from './run-jobs.ts';
import { serveHttp } from './serve-http.ts';
import type { ServiceOptions } from './service-options.ts';

/** A service that is up. */
export interface Service {
  /** Where it listens. */
  readonly url: string;
  readonly databaseUrl: string;
  readonly hasMailbox: boolean;
  readonly adminToken: string | undefined;
  readonly viewerToken: string | undefined;
  /** Takes no more jobs, for good; the running ones and everything else go on. Resolves once no job runs. */
  quiet(): Promise<void>;
  /**
   * Jobs first, while requests are served for SHUTDOWN_DELAY; then HTTP, mail and connections, and the embedded database
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
export async function startService(options: ServiceOptions): Promise<Service> {
  const { config, role, log, signal } = options;
  checkRole(role, config);
  await using opened = new AsyncDisposableStack();
  const secrets = await developmentSecrets(config);
  const { databaseUrl, directUrl } = await openServer(config, opened);
  signal?.throwIfAborted();
  const served = role === 'api' ? [] : config.queues.map(({ name }) => name);
  const late = await prepareDatabase(config, directUrl, { log, served, ...(signal ? { signal } : {}) });
  signal?.throwIfAborted();
  const announcing = { log, late, signal, waitLimitMs: config.migrateTimeoutMs };
  const database = await openApplicationDatabase(databaseUrl, announcing, opened);
  const mail = role === 'api' ? undefined : await openMail(config, opened);
  const parts: Parts = { ...options, secrets, databaseUrl, directUrl, database, late };
  if (mail?.mailbox) parts.mailbox = mail.mailbox;
  const { url } = await serveHttp(parts, opened);
  signal?.throwIfAborted();
  const publicUrl = config.publicUrl ?? url;
  if (mail) parts.processor = await runJobs(parts, { mailer: mail.mailer, publicUrl }, opened);
  return toService(parts, url, opened.move());
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

function toService(parts: Parts, url: string, opened: AsyncDisposableStack): Service {
  let stopping: Promise<void> | undefined;
  return {
    url,
    databaseUrl: parts.databaseUrl,
    hasMailbox: parts.mailbox !== undefined,
    adminToken: parts.secrets.adminToken,
    viewerToken: parts.secrets.viewerToken,
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
