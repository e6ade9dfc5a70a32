import type { LoadedApp } from '../app/load-tasks.ts';
import { type ApplicationDatabase, openApplicationDatabase } from './database/application-database.ts';
import type { ServerAddresses } from './database/open-server.ts';
import { prepareDatabase } from './database/prepare-database.ts';
import type { Parts } from './parts.ts';
import type { ServiceOptions } from './service-options.ts';

/** The application's database: at this version, and told of its tasks and schedules. */
export interface OpenApplication extends ServerAddresses {
  app: LoadedApp;
  database: ApplicationDatabase;
  late: Parts['late'];
}

/**
 * What it takes before anything can be served. The connections end with the stack.
 *
 * @throws {StartupError} for what somebody must change first
 * @throws the reason of `signal` when it fired before
 */
export async function openApplication(
  app: LoadedApp,
  options: Pick<ServiceOptions, 'config' | 'role' | 'log' | 'signal' | 'onStep'>,
  { addresses, opened }: { addresses: ServerAddresses; opened: AsyncDisposableStack },
): Promise<OpenApplication> {
  const { config, role, log, signal, onStep = () => {} } = options;
  signal?.throwIfAborted();
  const { databaseUrl, directUrl } = addresses;
  const served = role === 'api' ? [] : config.queues.map(({ name }) => name);
  const ending = signal ? { signal } : {};
  onStep('looking at the database, and bringing it up to date');
  const late = await prepareDatabase(config, app, { connectionString: directUrl, log, served, ...ending });
  signal?.throwIfAborted();
  const { migrateTimeoutMs: waitLimitMs } = config;
  const announcing = { connectionString: databaseUrl, log, late, signal, waitLimitMs };
  return { ...addresses, app, late, database: await openApplicationDatabase(app, announcing, opened) };
}
