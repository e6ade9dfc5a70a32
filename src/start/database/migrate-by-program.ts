import { createLogger } from '../../observability/logger.ts';
import { withSafeErrors } from '../../observability/safe-errors.ts';
import { MIGRATE_OPTIONS, readProgramOptions } from '../read-program-options.ts';
import type { MigrateDatabaseOptions } from '../worker-options.ts';
import { checkProgramAddresses } from './check-program-addresses.ts';
import { migrateApplication } from './migrate-only.ts';
import { prepareDatabase } from './prepare-database.ts';

/** What `migrate` does, once it is loaded. */
export async function migrateByProgram(options: MigrateDatabaseOptions): Promise<void> {
  const config = readProgramOptions(options, MIGRATE_OPTIONS);
  const { app, signal } = options;
  const log = options.log ? withSafeErrors(options.log) : createLogger({ level: 'silent' });
  const addresses = await checkProgramAddresses(options, config);
  if (app) return migrateApplication(app, { config, log, addresses, signal });
  const ending = signal ? { signal } : {};
  await prepareDatabase(config, undefined, { connectionString: addresses.directUrl, log, ...ending });
}
