import { HowdahError } from '../errors.ts';
import { askAlone, isRefusal } from './ask-alone.ts';
import { distrust } from './connections/bounded-pool.ts';
import type { Database } from './database.ts';
import { isReadOnlyServer } from './read-only.ts';
import type { PgQueryable } from './sql-client.ts';
import { unknownOutcome } from './unknown-outcome.ts';

/**
 * What `work` returns, which sends one statement that is a transaction by itself: one round trip, and neither begin nor commit
 * for the server to read. Only where `standsAlone`; any further statement is refused.
 *
 * The server's own error is its word that nothing was done. Whatever else becomes of the statement, the server may have committed
 * by then.
 *
 * @throws what `work` threw before the statement was sent, and the server's error: nothing was done
 * @throws what `work` threw after the answer came, as a listener of its caller's may: it was done
 * @throws {HowdahError} `unavailable` when all connections are in use; `outcome_unknown` when the statement was sent and no
 *   answer came, or was none that the driver could read
 */
export async function transactAlone<T>(db: Database, work: (tx: PgQueryable) => Promise<T>): Promise<T> {
  let isSent = false;
  let isAnswered = false;
  const query = async (text: string, values: unknown[]) => {
    if (isSent) throw new Error('Only one statement can be a transaction by itself');
    const client = await db.connect();
    isSent = true;
    const answer = await askAlone(client, () => client.query(text, values));
    isAnswered = true;
    return answer;
  };
  try {
    return await work({ query });
  } catch (error) {
    if (isReadOnlyServer(error)) distrust(db);
    const isLost = isSent && !isAnswered && !(error instanceof HowdahError) && !isRefusal(error);
    throw isLost ? unknownOutcome(error) : error;
  }
}
