import type { Database } from '../../db/database.ts';
import { findServerError, type ServerError } from '../../db/server-error.ts';
import { HowdahError } from '../../errors.ts';
import { LoginFailed } from '../../http/callers/authorize.ts';
import type { Texts } from '../texts/en/en.ts';
import { errorIn } from './page-error.ts';

/** Why a page cannot be shown, or a command came to nothing, and what to do about it. */
export interface Trouble {
  known: HowdahError;
  title: string;
  /** A sentence or two each. */
  words: readonly string[];
}

/** No such table, schema, function or column: all that pages read is Howdah's own. */
const MISSING = new Set(['42P01', '3F000', '42883', '42703']);
const DENIED = '42501';
const LOCKED = '55P03';
const TOO_SLOW = '57014';

/**
 * The error as one of the table, with words for whoever looks at the page. What they can mend has words of its own: a database
 * that was not migrated, a login that may not look, a lock that somebody holds.
 */
export async function explainTrouble(error: unknown, texts: Texts, db: Database): Promise<Trouble> {
  const words = texts.shell.error;
  if (error instanceof LoginFailed) return told(error, texts, [words.login]);
  const raised = error instanceof HowdahError ? undefined : findServerError(error);
  if (raised && MISSING.has(raised.sqlState)) {
    const known = new HowdahError('not_installed', { detail: raised.message, cause: error });
    return told(known, texts, [words.notInstalled]);
  }
  if (raised?.sqlState === DENIED) return denied(error, raised, { texts, db });
  const known = errorIn(texts, error);
  if (known.code === 'unauthorized') return told(known, texts, [words.sessionOver]);
  if (known.code !== 'unavailable') return told(known, texts, []);
  if (raised?.sqlState === LOCKED) return { known, title: words.lockedTitle, words: [words.locked] };
  if (raised?.sqlState === TOO_SLOW) return { known, title: words.slowTitle, words: [words.slow] };
  return told(known, texts, [words.database]);
}

/** The message where the title does not say it already, then what can be done. */
function told(known: HowdahError, { shell }: Texts, remedies: readonly string[]): Trouble {
  const title = shell.error.titles[known.code] ?? known.title;
  const message = shell.error.messages[known.code] ?? known.message;
  const said = known.message === known.title ? [] : [message];
  return { known, title, words: [...said, ...remedies] };
}

async function denied(
  error: unknown,
  { message }: ServerError,
  { texts, db }: { texts: Texts; db: Database },
): Promise<Trouble> {
  const { role, worker } = await findRole(db);
  const { denied: say, deniedTitle } = texts.shell.error;
  const kind = { code: 'not_granted', status: 503, title: deniedTitle } as const;
  const known = new HowdahError(kind, { detail: message, cause: error });
  return { known, title: deniedTitle, words: [message, say(role, `grant ${worker} to "${role}"`)] };
}

/** Who the service is in the database, and the role that has all rights it needs. */
async function findRole(db: Database): Promise<{ role: string; worker: string }> {
  const { rows } = await db.query(`select current_user as role, 'howdah_worker' as worker`);
  const [found] = rows as { role: string; worker: string }[];
  return found ?? { role: '', worker: '' };
}
