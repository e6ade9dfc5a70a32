import type { Migration } from './migration-folder.ts';

/** An application's own numbered migrations, which are applied after Howdah's. */
export interface ApplicationMigrations {
  /** The application's name: two may have a migration of the same name. */
  application: string;
  /** In drizzle-kit's format. */
  folder: URL;
}

/** One that the database does not know of by its name. */
export interface PendingMigration extends Migration {
  /** It was applied before there was a table of names, so that only its name is to be written down. */
  isApplied: boolean;
}

/** What is due for one application; at least one. */
export interface PendingApplication {
  application: string;
  migrations: readonly PendingMigration[];
}
