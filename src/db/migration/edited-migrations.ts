import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { ApplicationMigrations } from './application-migrations.ts';
import { hashText, type Migration, readMigrations } from './migration-folder.ts';
import { numberedMigrations } from './numbered-migrations.ts';
import { HOWDAH, type MigrationState } from './state.ts';

/** A migration whose file is another than the one that was applied, so that the database has not what the file says. */
export interface EditedMigration extends Migration {
  /** Whose it is; empty for Howdah's own. */
  application: string;
}

/** @throws {MigrationFolderError} */
export function editedMigrations(
  { applied }: Pick<MigrationState, 'applied'>,
  applications: readonly ApplicationMigrations[],
): EditedMigration[] {
  const folders = applications.map(({ application, folder }) => ({
    application,
    migrations: readMigrations(folder),
  }));
  return [{ application: HOWDAH, migrations: numberedMigrations() }, ...folders].flatMap(
    ({ application, migrations }) =>
      migrations
        .filter((each) => !isAsApplied(each, applied.get(application)?.get(each.name)))
        .map((each) => ({ ...each, application })),
  );
}

/** Whether it was not applied, or with this text. Git may have given its lines other ends. @param hash of the text that was */
export function isAsApplied({ hash: present, text }: Migration, hash: string | undefined): boolean {
  if (hash === undefined || hash === present) return true;
  const unix = text.replaceAll('\r\n', '\n');
  return hash === hashText(unix) || hash === hashText(unix.replaceAll('\n', '\r\n'));
}

/** In a clause. */
export function nameEdited({ application, name }: EditedMigration): string {
  const whose = application === HOWDAH ? '' : ` of application "${application}"`;
  return `migration ${name}${whose} was edited after it was applied`;
}

/** In a sentence, with what to do about it. */
export function describeEdited(migration: EditedMigration): string {
  const { application, name, hash, file } = migration;
  const remedy =
    application === HOWDAH
      ? 'this package is not as it was published: install it anew'
      : 'take that back, and make another migration of it';
  const [owner, called] = [application, name].map(pg.escapeLiteral);
  return (
    `${nameEdited(migration)}, and the database has what it was before (${fileURLToPath(file)}): ${remedy}. Where nothing of it matters to the database: ` +
    `update howdah.migrations set hash = '${hash}' where application = ${owner} and name = ${called};`
  );
}
