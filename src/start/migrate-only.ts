import type { Config } from '../config.ts';
import type { Logger } from '../observability/logger.ts';
import { openApplicationDatabase } from './open-database.ts';
import { openServer } from './open-server.ts';
import { prepareDatabase } from './prepare-database.ts';

/** Brings the database to this version and ends. */
export async function migrateOnly(config: Config, log: Logger): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const { databaseUrl, directUrl } = await openServer(config, opened);
  await prepareDatabase({ ...config, autoMigrate: true }, directUrl, { log });
  await openApplicationDatabase(databaseUrl, { log, waitLimitMs: config.migrateTimeoutMs }, opened);
  log.info('database is up to date');
}
