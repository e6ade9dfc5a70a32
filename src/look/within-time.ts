import { limitsOf, sessionLimitsOf } from '../db/connections/bounded-pool.ts';
import type { Database, Transaction } from '../db/database.ts';
import type { ServerLimits } from '../db/limits.ts';
import { runAlone } from '../db/run-alone.ts';
import { sqlStateOf } from '../db/sql-state.ts';
import { transact } from '../db/transact.ts';
import { HowdahError } from '../errors.ts';

/** How long a search for jobs may take, wherever it is asked for: over HTTP, on pages, and by `createHowdah`. */
export const MAX_SEARCH_MS = 5_000;

const QUERY_CANCELED = '57014';

/**
 * What `read` returns, whose statements only read and may take `limitMs` each: a search through millions of
 * jobs must not hold back vacuum, and so the queue, for long.
 *
 * @throws {HowdahError} `invalid_request` when one takes longer, saying what would make it faster
 * @throws with SQLSTATE 55P03 when one waits for a lock for half of that
 */
export async function withinTime<T>(
  db: Database,
  limitMs: number,
  read: (tx: Transaction) => Promise<T>,
): Promise<T> {
  try {
    return await reading(db, limitMs, read);
  } catch (error) {
    if (sqlStateOf(error) !== QUERY_CANCELED) throw error;
    const detail = `This search takes more than ${limitMs / 1000} s; name a queue, a state, a task or times as well`;
    throw new HowdahError('invalid_request', { detail, cause: error });
  }
}

/** On a pool with limits, which pipelines, each statement travels with its begin and its commit. */
function reading<T>(db: Database, limitMs: number, read: (tx: Transaction) => Promise<T>): Promise<T> {
  const limits = limitsOf(db);
  if (!limits) return transact(db, read, { limits: shorter(limitMs), isReadOnly: true });
  const options = {
    ...limits,
    ...shorter(limitMs, limits),
    isReadOnly: true,
    ofSession: sessionLimitsOf(db),
  };
  const query: Transaction['query'] = (statement, values) =>
    runAlone(db, options, (client) => client.query(statement, values));
  return read({ query });
}

/** A lock that is in the way is told as such, and not as a search that takes too long: its wait ends first. */
function shorter(limitMs: number, limits?: ServerLimits): Pick<ServerLimits, 'statementMs' | 'lockMs'> {
  const { statementMs = limitMs, lockMs = limitMs } = limits ?? {};
  return { statementMs: Math.min(limitMs, statementMs), lockMs: Math.min(limitMs / 2, lockMs) };
}
