import bank from '../../src/bank/app.ts';
import type { ApplicationMigrations } from '../../src/db/migration/migrate.ts';

/** The bank's tables. */
export const bankMigrations: ApplicationMigrations = {
  application: bank.name,
  folder: bank.migrations ?? new URL('the-bank-has-none/', import.meta.url),
};
