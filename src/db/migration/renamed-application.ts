import type { ApplicationMigrations } from './application-migrations.ts';
import { isAsApplied } from './edited-migrations.ts';
import { readMigrations } from './migration-folder.ts';
import { HOWDAH, type MigrationState } from './state.ts';

/** The migrations of an application were applied already, as those of another name. */
export class RenamedApplicationError extends Error {
  override readonly name = 'RenamedApplicationError';
}

/**
 * An application that was given another name has all its migrations due again. Applied, they would fail at what is there, or
 * do twice what was done once. It is known by this: all that was applied of another application is in the folder of this one,
 * of which nothing was.
 *
 * @throws {RenamedApplicationError} saying how to rename it in the database
 */
export function refuseRenamed(
  { applied }: Pick<MigrationState, 'applied'>,
  { application, folder }: ApplicationMigrations,
): void {
  if (applied.get(application)?.size) return;
  const ours = new Map(readMigrations(folder).map((each) => [each.name, each]));
  const isOurs = ([name, hash]: [string, string]) => {
    const migration = ours.get(name);
    return migration !== undefined && isAsApplied(migration, hash);
  };
  const former = [...applied].find(
    ([other, hashes]) => other !== HOWDAH && hashes.size > 0 && [...hashes].every(isOurs),
  );
  if (!former) return;
  throw new RenamedApplicationError(
    `the migrations of application "${application}" were applied to this database as those of application "${former[0]}". ` +
      `If that is its former name: npx howdah apps rename ${former[0]} ${application}. If it is another application, let the ` +
      'first of these files differ from its, by a comment at least (nothing was changed)',
  );
}
