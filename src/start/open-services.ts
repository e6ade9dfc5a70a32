import type { ServiceContext } from '../app/define-app.ts';
import type { LoadedApp } from '../app/load-tasks.ts';
import { developmentKey } from '../config/secrets/development-secrets.ts';
import type { Config, Role } from '../config.ts';
import type { DatabaseHandle } from '../db/connections/open-database.ts';
import type { Logger } from '../observability/logger.ts';

export interface Surroundings {
  config: Config;
  role: Role;
  log: Logger;
  connectionString: string;
  database: Pick<DatabaseHandle, 'db'>;
  url: () => string;
}

/** What the application's handlers and routes work with; closed with the stack, before the connections they use. */
export async function openServices<Services>(
  { app }: LoadedApp<Services>,
  { config, role, log, connectionString, database, url }: Surroundings,
  opened: AsyncDisposableStack,
): Promise<Services> {
  const { environment, settings } = config;
  const context: ServiceContext<unknown> = {
    ...{ role, environment, settings, connectionString, pool: database.db, log, url },
    defer: (close) => opened.defer(async () => void (await close())),
    developmentKey: () => developmentKey(config),
  };
  return (await app.openServices?.(context)) as Services;
}
