import type { Session } from '../../db/connections/session.ts';
import { namingOfClient } from '../../db/naming.ts';
import { error, type Finding } from './finding.ts';

const LOCKED = '55P03';
const TOO_SLOW = '57014';
const DENIED = '42501';
/** No such table, schema, function or column. */
const GONE = new Set(['42P01', '3F000', '42883', '42703']);

/** What the check finds; when it fails itself, that, as the other checks go on. @param session what it asks */
export async function guarded(
  session: Session,
  what: string,
  check: () => Promise<Finding | readonly Finding[]>,
): Promise<Finding[]> {
  try {
    return [await check()].flat();
  } catch (failure) {
    if (!(failure instanceof Error)) throw failure;
    return [error(`${what} cannot be checked: ${failure.message}`, adviseOn(failure, session))];
  }
}

function adviseOn(failure: Error, session: Session): string {
  const code = 'code' in failure ? String(failure.code) : '';
  if (code === LOCKED) return 'end the transaction that holds the lock, or try again when it has ended';
  if (code === TOO_SLOW) return 'the server is overloaded, or its statistics are old: run analyze, try again';
  const { installed } = namingOfClient(session);
  if (code === DENIED) return installed('grant howdah_worker to the role of DATABASE_URL');
  return GONE.has(code)
    ? installed(
        'somebody dropped it: npx howdah sql --write "delete from howdah.installed_sql", then npx howdah migrate',
      )
    : 'see whether the server is well, and try again';
}
