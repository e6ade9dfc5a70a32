import { parseDatabaseAddress } from '../../config/database/database-address.ts';
import { openSession, type Session } from '../../db/connections/session.ts';
import { namingOfClient } from '../../db/naming.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Whoever calls the doctor has no time: a check that has to wait is a finding. And all names are qualified: nothing that somebody made in
 * a schema of the address's own path is taken for what it is named like, or run.
 */
const SETTINGS = { lock_timeout: '1s', statement_timeout: '10s', search_path: 'pg_catalog, pg_temp' };

/**
 * A session whose statements do not wait for long. Where it is somebody else's a moment later, each statement has a
 * transaction with these limits: nothing stays behind.
 */
export async function openPatient(connectionString: string): Promise<Session & AsyncDisposable> {
  const session = await openSession({
    connectionString,
    applicationName: 'howdah doctor',
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    settings: SETTINGS,
  });
  const { sessions } = parseDatabaseAddress(connectionString);
  const query = sessions === 'shared' ? inTransactions(session) : session.query.bind(session);
  const patient = {
    naming: namingOfClient(session),
    query: query as Session['query'],
    on: session.on.bind(session) as Session['on'],
    end: () => session.end(),
    destroy: () => session.destroy(),
    [Symbol.asyncDispose]: () => session.end(),
  };
  return patient;
}

const BEGIN = `begin; select ${Object.entries(SETTINGS)
  .map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', true)`)
  .join(', ')}`;

function inTransactions(session: Session) {
  return async (text: string, values: unknown[] = []) => {
    await session.query(BEGIN);
    try {
      return await session.query(text, values);
    } finally {
      await session.query('commit');
    }
  };
}
