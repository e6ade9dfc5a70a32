import type { Config } from '../../config.ts';
import { LockWaitError } from '../../db/locks/lock-wait.ts';
import { MigrationFailedError } from '../../db/migration/apply-migrations.ts';
import { MigrationDueError } from '../../db/migration/due-error.ts';
import { ForeignSchemaError } from '../../db/migration/foreign-schema.ts';
import { type LateQueues, type MigrateOptions, migrateDatabase } from '../../db/migration/migrate.ts';
import { MigrationFolderError } from '../../db/migration/migration-folder.ts';
import { RenamedApplicationError } from '../../db/migration/renamed-application.ts';
import { NewerSchemaError } from '../../db/migration/schema-version.ts';
import { EngineMismatchError } from '../../db/schema/engine-fingerprint.ts';
import type { Logger } from '../../observability/logger.ts';
import { explainStart } from '../explain-start.ts';
import { StartupError } from '../startup-error.ts';
import { type MigratedApp, migrationTarget } from './migration-target.ts';

/** Errors that say all there is to know. */
const REFUSALS = [
  ...[EngineMismatchError, NewerSchemaError, MigrationDueError, LockWaitError],
  ...[MigrationFolderError, MigrationFailedError, RenamedApplicationError, ForeignSchemaError],
];

export interface PrepareOptions
  extends Pick<MigrateOptions, 'connectionString' | 'served' | 'pauseMs' | 'signal'> {
  log: Logger;
  /** Told too for whom it waits. @default nobody beside the log */
  onWait?: (message: string) => void;
}

/**
 * The database at this version; with AUTO_MIGRATE=off it is only looked at. For whom it has to wait is in the log.
 *
 * @throws {StartupError} when it, or its engine, belongs to another version; when something is due that this process may
 * not or will not do; when somebody held a lock for too long; when an application's
 *   migrations cannot be read, were applied as those of another, or one of them fails
 * @returns queues that `served` can do without for now, as somebody's locks are in the way of making them
 */
export async function prepareDatabase(
  config: Pick<Config, 'queues' | 'autoMigrate' | 'migrateTimeoutMs'>,
  app: MigratedApp | undefined,
  { connectionString, log, onWait = () => {}, ...options }: PrepareOptions,
): Promise<LateQueues | undefined> {
  const { isSqlNewer, late } = await migrateDatabase({
    connectionString,
    ...migrationTarget(config, app),
    mayMigrate: config.autoMigrate,
    waitLimitMs: config.migrateTimeoutMs,
    onWait(message) {
      log.warn(message);
      onWait(message);
    },
    onEdited: (message) => log.warn(message),
    ...options,
  }).catch((error: unknown) => {
    throw isRefusal(error)
      ? new StartupError(error.message)
      : explainStart(error, 'look at the database, or bring it up to date');
  });
  if (isSqlNewer)
    log.warn("a later version's views, functions and triggers are installed; working with them");
  return late;
}

/** Whether its message says all there is to know. */
export function isRefusal(error: unknown): error is Error {
  return REFUSALS.some((type) => error instanceof type);
}
