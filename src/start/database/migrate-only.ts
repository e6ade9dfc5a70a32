import type { AnyApp } from '../../app/define-app.ts';
import { loadTasks } from '../../app/load-tasks.ts';
import type { Config } from '../../config.ts';
import type { Logger } from '../../observability/logger.ts';
import { asyncStack } from '../async-stack.ts';
import { openApplicationDatabase } from './application-database.ts';
import { openServer, type ServerAddresses } from './open-server.ts';
import { prepareDatabase } from './prepare-database.ts';

/** Brings the database to this version and ends. */
export async function migrateOnly(app: AnyApp, config: Config, log: Logger): Promise<void> {
  await using opened = asyncStack();
  const addresses = await openServer(config, opened);
  await migrateApplication(app, { config, log, addresses });
}

export interface MigrateApplicationOptions {
  config: Pick<Config, 'queues' | 'migrateTimeoutMs'>;
  log: Logger;
  addresses: ServerAddresses;
  /** Gives up. @default nothing does */
  signal?: AbortSignal | undefined;
}

/** The same for a server that is there. @throws {StartupError} for what somebody must change first */
export async function migrateApplication(
  app: AnyApp,
  { config, log, addresses, signal }: MigrateApplicationOptions,
): Promise<void> {
  await using opened = asyncStack();
  const loaded = await loadTasks(app);
  const { databaseUrl, directUrl } = addresses;
  const ending = signal ? { signal } : {};
  const migrating = { ...config, autoMigrate: true };
  await prepareDatabase(migrating, loaded, { connectionString: directUrl, log, ...ending });
  const announcing = {
    connectionString: databaseUrl,
    log,
    waitLimitMs: config.migrateTimeoutMs,
    signal,
  };
  await openApplicationDatabase(loaded, announcing, opened);
  log.info('database is up to date');
}
