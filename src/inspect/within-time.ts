import type { Database, Transaction } from '../db/database.ts';
import { queryRows } from '../db/sql-client.ts';
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
    return await db.transaction(
      async (tx) => {
        await queryRows(tx, `select set_config('statement_timeout', $1::text, true)`, [`${limitMs}ms`]);
        return read(tx);
      },
      { accessMode: 'read only' },
    );
  } catch (error) {
    if (!isCanceled(error)) throw error;
    const detail = `This search takes more than ${limitMs / 1000} s; name a queue, a state, a task or times as well`;
    throw new HowdahError('invalid_request', { detail, cause: error });
  }
}

function isCanceled(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && current.code === QUERY_CANCELED) return true;
  }
  return false;
}
