import type { Database, Transaction } from '../db/database.ts';
import { sqlStateOf } from '../db/sql-state.ts';
import { transact } from '../db/transact.ts';
import { HowdahError } from '../errors.ts';

const QUERY_CANCELED = '57014';

/**
 * What `read` returns, in a read-only transaction whose statements may take `limitMs` each: a search through millions of
 * jobs must not hold back vacuum, and so the queue, for long.
 *
 * @throws {HowdahError} `invalid_request` when one takes longer, saying what would make it faster
 */
export async function withinTime<T>(
  db: Database,
  limitMs: number,
  read: (tx: Transaction) => Promise<T>,
): Promise<T> {
  try {
    return await transact(db, read, { limits: { statementMs: limitMs }, isReadOnly: true });
  } catch (error) {
    if (sqlStateOf(error) !== QUERY_CANCELED) throw error;
    const detail = `This search takes more than ${limitMs / 1000} s; name a queue, a state, a task or times as well`;
    throw new HowdahError('invalid_request', { detail, cause: error });
  }
}
