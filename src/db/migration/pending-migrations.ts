import type {
  ApplicationMigrations,
  PendingApplication,
  PendingMigration,
} from './application-migrations.ts';
import { type Migration, readMigrations } from './migration-folder.ts';
import { numberedMigrations } from './numbered-migrations.ts';
import { HOWDAH, type MigrationState, type Stamp } from './state.ts';

type Applied = Pick<MigrationState, 'applied' | 'stamps'>;

/**
 * Howdah's that the database does not have, also where a later one was applied: it may have come from another branch, and
 * one that is passed over in silence is missing for ever. In their order. In a database of 0.1, which has no names, stamps
 * tell; later they do not, since two branches may have given the same one.
 */
export function pendingMigrations({ applied, stamps }: Applied): PendingMigration[] {
  const names = applied.get(HOWDAH);
  const ours = names ? [] : stamps.filter(({ journal }) => journal === 'howdah');
  const before = new Set(ours.map(({ when }) => when));
  return pending(numberedMigrations(), names, ({ when }) => before.has(when));
}

/**
 * Those of each application, by the same rule. What 0.1 or drizzle's migrator applied is known by stamp and text together.
 *
 * @throws {MigrationFolderError}
 */
export function pendingApplications(
  state: Applied,
  applications: readonly ApplicationMigrations[],
): PendingApplication[] {
  const before = new Set(state.stamps.map(toKey));
  return applications
    .map(({ application, folder }) => ({
      application,
      migrations: pending(readMigrations(folder), state.applied.get(application), (each) =>
        before.has(toKey(each)),
      ),
    }))
    .filter(({ migrations }) => migrations.length > 0);
}

function pending(
  migrations: readonly Migration[],
  applied: ReadonlyMap<string, string> | undefined,
  isApplied: (migration: Migration) => boolean,
): PendingMigration[] {
  return migrations
    .filter(({ name }) => !applied?.has(name))
    .map((migration) => ({ ...migration, isApplied: isApplied(migration) }));
}

function toKey({ hash, when }: Pick<Stamp, 'hash' | 'when'>): string {
  return `${when} ${hash}`;
}
