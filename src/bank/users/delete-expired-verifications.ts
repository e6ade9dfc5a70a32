import type { BankDatabase } from '../database.ts';
import { sql } from '../drizzle.ts';
import { verifications } from '../schema.ts';

const BATCH = 1_000;
const KEPT_DAYS = 7;

/**
 * Removes verifications that expired more than 7 days ago and were never used, by batches of 1,000, each a transaction
 * of its own that waits for nobody. Those that were used stay: they say when an address was verified.
 *
 * @returns how many it removed
 */
export async function deleteExpiredVerifications(db: BankDatabase, signal: AbortSignal): Promise<number> {
  let total = 0;
  for (;;) {
    signal.throwIfAborted();
    const { rowCount } = await db.execute(sql`
      delete from ${verifications} where id in (
        select id from ${verifications}
        where expires_at < now() - make_interval(days => ${KEPT_DAYS}) and used_at is null
        limit ${BATCH}
        for update skip locked)`);
    total += rowCount ?? 0;
    if ((rowCount ?? 0) < BATCH) return total;
  }
}
