import { parseDatabaseAddress } from '../../config/database/database-address.ts';
import { SESSION_SETTINGS, type SessionSettings } from '../connections/session-settings.ts';

/** Where a session of ours that has another keeps the path that the address gives it. */
const KEPT_IN = 'howdah.own_path';

/** Where all that Howdah names is qualified: nothing that somebody made elsewhere is taken for what it is named like. */
export const CATALOG_PATH = 'pg_catalog, pg_temp';

/**
 * Settings of a session that looks and migrates: names without a schema are Postgres' own, whatever the address says. What that says is
 * kept for SQL that is not Howdah's.
 */
export function pathSettings(connectionString: string): SessionSettings {
  const { options = '' } = parseDatabaseAddress(connectionString);
  const own = pathIn(options) ?? SESSION_SETTINGS['search_path'] ?? '';
  return { search_path: CATALOG_PATH, [KEPT_IN]: own };
}

/** The path of the address, as SQL; that of the session where it has no other, as behind a pooler, which takes no settings. */
export const OWN_PATH = `coalesce(nullif(current_setting('${KEPT_IN}', true), ''), current_setting('search_path'))`;

/** Gives the rest of a transaction that path. */
export const TAKE_OWN_PATH = `select set_config('search_path', ${OWN_PATH}, true)`;

/** As Postgres reads the `options` of a connection: words with spaces between, a backslash keeps what follows it; the last one counts. */
function pathIn(options: string): string | undefined {
  const words = [...options.matchAll(/(?:\\.|[^\s\\])+/gs)].map(([word]) => word.replace(/\\(.)/gs, '$1'));
  const settings = words.flatMap((word, index) => {
    if (words[index - 1] === '-c') return [word];
    return /^(?:-c|--)./.test(word) ? [word.replace(/^(?:-c|--)/, '')] : [];
  });
  const paths = settings.flatMap((setting) => /^search[_-]path=(.*)$/is.exec(setting)?.[1] ?? []);
  return paths.at(-1);
}
