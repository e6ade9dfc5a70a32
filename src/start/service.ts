import { developmentSecrets } from '../config/development-secrets.ts';
import { openApplicationDatabase, openServer, prepareDatabase } from './open-database.ts';
import { openMail } from './open-mail.ts';
import type { Parts } from './parts.ts';
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
  /** Jobs first, then HTTP, mail and connections, and the embedded database last. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * A running service. When any part fails to start, those that did are stopped again.
 *
 * @throws {StartupError} for what somebody must change first
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { config, role, log } = options;
  await using opened = new AsyncDisposableStack();
  const secrets = await developmentSecrets(config);
  const databaseUrl = await openServer(config, opened);
  await prepareDatabase(config, databaseUrl);
  const database = await openApplicationDatabase(databaseUrl, log, opened);
  const mail = await openMail(config, opened);
  const parts: Parts = { ...options, secrets, databaseUrl, database, ...mail };
  const { url } = await serveHttp(parts, opened);
  if (role !== 'api') parts.processor = await runJobs(parts, config.publicUrl ?? url, opened);
  return toService(parts, url, opened.move());
}

function toService(parts: Parts, url: string, opened: AsyncDisposableStack): Service {
  let stopping: Promise<void> | undefined;
  return {
    url,
    databaseUrl: parts.databaseUrl,
    hasMailbox: parts.mailbox !== undefined,
    adminToken: parts.secrets.adminToken,
    viewerToken: parts.secrets.viewerToken,
    stop() {
      stopping ??= opened.disposeAsync();
      return stopping;
    },
  };
}
