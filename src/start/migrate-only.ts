import type { AnyApp } from '../app/define-app.ts';
import { loadTasks } from '../app/load-tasks.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../observability/logger.ts';
import { openApplicationDatabase } from './open-database.ts';
import { openServer } from './open-server.ts';
import { prepareDatabase } from './prepare-database.ts';

/** Brings the database to this version and ends. */
export async function migrateOnly(app: AnyApp, config: Config, log: Logger): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const loaded = await loadTasks(app);
  const { databaseUrl, directUrl } = await openServer(config, opened);
  await prepareDatabase({ ...config, autoMigrate: true }, loaded, {
    connectionString: directUrl,
    log,
  });
  const announcing = { connectionString: databaseUrl, log, waitLimitMs: config.migrateTimeoutMs };
  await openApplicationDatabase(loaded, announcing, opened);
  log.info('database is up to date');
}
