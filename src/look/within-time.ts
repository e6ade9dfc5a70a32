import { limitsOf, sessionLimitsOf } from '../db/connections/bounded-pool.ts';
import type { Database, Transaction } from '../db/database.ts';
import type { ServerLimits } from '../db/limits.ts';
import { runAlone } from '../db/run-alone.ts';
import { LOCK_NOT_AVAILABLE, sqlStateOf } from '../db/sql-state.ts';
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
    return await reading(db, { statementMs: limitMs, lockMs: limitMs / 2 }, read);
  } catch (error) {
    if (sqlStateOf(error) !== QUERY_CANCELED) throw error;
    const detail = `This search takes more than ${limitMs / 1000} s; name a queue, a state, a task or times as well`;
    throw new HowdahError('invalid_request', { detail, cause: error });
  }
}

/** How long a lock may keep what is told beside something else: whoever came for that does not wait for it. */
const ASIDE_LOCK_MS = 500;

/**
 * What `read` returns, whose statements only read.
 *
 * @throws with SQLSTATE 55P03 when one waits for a lock for half a second
 */
export function withoutWaiting<T>(db: Database, read: (tx: Transaction) => Promise<T>): Promise<T> {
  return reading(db, { lockMs: ASIDE_LOCK_MS }, read);
}

/**
 * What is told beside something else, and can be left out; undefined when a statement of it waits for a lock for half a second, as
 * while somebody's VACUUM FULL or ALTER TABLE has a table to itself.
 */
export async function unlessLocked<T>(
  db: Database,
  read: (tx: Transaction) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await withoutWaiting(db, read);
  } catch (error) {
    if (sqlStateOf(error) === LOCK_NOT_AVAILABLE) return undefined;
    throw error;
  }
}

/** On a pool with limits, which pipelines, each statement travels with its begin and its commit. */
function reading<T>(
  db: Database,
  atMost: Partial<ServerLimits>,
  read: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const limits = limitsOf(db);
  if (!limits) return transact(db, read, { limits: atMost, isReadOnly: true });
  const options = {
    ...limits,
    ...shorter(atMost, limits),
    isReadOnly: true,
    ofSession: sessionLimitsOf(db),
  };
  const query: Transaction['query'] = (statement, values) =>
    runAlone(db, options, (client) => client.query(statement, values));
  return read({ query });
}

/** A lock that is in the way is told as such, and not as a search that takes too long: its wait ends first. */
function shorter(
  { statementMs = Number.POSITIVE_INFINITY, lockMs = Number.POSITIVE_INFINITY }: Partial<ServerLimits>,
  limits: ServerLimits,
): Pick<ServerLimits, 'statementMs' | 'lockMs'> {
  return {
    statementMs: Math.min(statementMs, limits.statementMs),
    lockMs: Math.min(lockMs, limits.lockMs),
  };
}
