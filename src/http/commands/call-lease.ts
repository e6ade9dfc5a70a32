import type { Context } from 'hono';
import { translatingErrors } from '../../db/command-error.ts';
import { standsAlone } from '../../db/connections/bounded-pool.ts';
import type { Database } from '../../db/database.ts';
import type { SqlClient } from '../../db/sql-client.ts';
import { transactAlone } from '../../db/transact-alone.ts';
import { HowdahError } from '../../errors.ts';
import { transactionAtOnce } from '../../operate/transaction-as.ts';
import type { AppEnv } from '../app-dependencies.ts';
import { actorOf } from '../callers/actor-of.ts';

/** Seconds after which a worker whose answer was lost may ask again. */
const AGAIN_SECONDS = 1;

/**
 * What a worker over HTTP asks of the database, in one statement that is a transaction by itself. There is no row of the audit
 * log: what becomes of a job, and by whom, its history tells; and asking again is safe without an Idempotency-Key.
 *
 * @throws {HowdahError} what the database refused; `outcome_unknown` when its answer was lost
 */
export async function callLease<Answer>(
  c: Context<AppEnv>,
  db: Database,
  work: (tx: SqlClient) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await translatingErrors(() =>
      standsAlone(db) ? transactAlone(db, work) : transactionAtOnce(db, actorOf(c), work),
    );
  } catch (error) {
    if (!(error instanceof HowdahError) || error.code !== 'outcome_unknown') throw error;
    const detail = `${error.message}; ask again: what was done already is not done twice`;
    throw new HowdahError('outcome_unknown', {
      detail,
      retryAfterSeconds: AGAIN_SECONDS,
      cause: error.cause,
    });
  }
}
