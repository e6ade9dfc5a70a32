import type { AnyApp } from '../../app/define-app.ts';
import type { Config } from '../../config.ts';
import type { ApplicationMigrations, MigrationTarget } from '../../db/migration/migrate.ts';
import type { Catalogue } from '../../tasks/catalogue.ts';

/** What a migration needs to know of an application: a `LoadedApp` has it. */
export interface MigratedApp {
  app: Pick<AnyApp, 'name' | 'migrations'>;
  catalogue: Catalogue;
}

/**
 * What a deployment wants of its database: the queues it works on and those its tasks are at home in, and its application's
 * tables where it has migrations.
 */
export function migrationTarget(
  { queues }: Pick<Config, 'queues'>,
  loaded: MigratedApp | undefined,
): MigrationTarget {
  const tasks = [...(loaded?.catalogue.values() ?? [])];
  const names = [...queues.map(({ name }) => name), ...tasks.map(({ queue }) => queue)];
  return { queues: [...new Set(names)], applications: loaded ? migrationsOf(loaded) : [] };
}

/** Its folder, if it has one. */
export function migrationsOf({ app: { name, migrations } }: MigratedApp): ApplicationMigrations[] {
  return migrations ? [{ application: name, folder: migrations }] : [];
}
