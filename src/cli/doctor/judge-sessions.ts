import type { SessionKind } from '../../config/database/database-address.ts';
import type { Sessions } from '../../db/connections/look-at-sessions.ts';
import { describeLacking } from '../../start/database/check-connection.ts';
import { error, type Finding, ok } from './finding.ts';

/**
 * Whether a worker would have sessions of its own, with what it relies on.
 *
 * @param direct the sessions of the address that a worker uses for those, and the variable that has it
 */
export function judgeSessions(
  sessions: Sessions,
  direct: { variable: string; directKind: SessionKind },
): Finding[] {
  const findings: Finding[] = [];
  if (direct.directKind === 'shared') {
    const what = `${direct.variable} leads through a pooler that gives each transaction another session`;
    findings.push(
      error(what, 'set DATABASE_DIRECT_URL to the address of Postgres itself; no worker starts before that'),
    );
  } else {
    findings.push(ok(describe(sessions.kind)));
  }
  if (sessions.lacking.length > 0) {
    findings.push(error(describeLacking(sessions), 'no service starts before that'));
  }
  return findings;
}

function describe(kind: SessionKind): string {
  if (kind === 'own') return 'sessions of Postgres itself';
  if (kind === 'kept') return 'sessions through a pooler that keeps them';
  return 'transactions through a pooler, sessions directly';
}
