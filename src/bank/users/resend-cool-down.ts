import { createHash } from 'node:crypto';
import type { BankDatabase, BankTransaction } from '../database.ts';
import { sql } from '../drizzle.ts';
import { verificationResends } from '../schema.ts';

/** Time between two verification mails for an account that one requester may ask for. */
const COOL_DOWN_SECONDS = 60;

/** Forgotten requests removed by one call, so that a flood of made-up accounts leaves nothing behind. */
const SWEEP_ROWS = 100;

const coolDown = sql`make_interval(secs => ${COOL_DOWN_SECONDS})`;

/**
 * 0 when the requester may ask for a mail to the account now, which starts their cool-down; else the seconds left of it, 1 to
 * 60. The account need not exist. Of two calls at once one gets 0: both write the same row.
 */
export async function startCoolDown(
  tx: BankTransaction,
  { account, requester }: { account: string; requester: string },
): Promise<number> {
  const accountHash = createHash('sha256').update(`${account.toLowerCase()}\n${requester}`).digest('hex');
  const { requestedAt } = verificationResends;
  const [started] = await tx
    .insert(verificationResends)
    .values({ accountHash })
    .onConflictDoUpdate({
      target: verificationResends.accountHash,
      set: { requestedAt: sql`now()` },
      setWhere: sql`${requestedAt} <= now() - ${coolDown}`,
    })
    .returning({ accountHash: verificationResends.accountHash });
  return started ? 0 : await secondsLeft(tx, accountHash);
}

/** Removes requests whose cool-down is over. Takes no lock that anybody waits for. */
export async function forgetOldRequests(db: BankDatabase): Promise<void> {
  await db.execute(sql`
    delete from verification_resends where account_hash in (
      select account_hash from verification_resends
      where requested_at <= now() - ${coolDown}
      limit ${SWEEP_ROWS} for update skip locked
    )`);
}

async function secondsLeft(tx: BankTransaction, accountHash: string): Promise<number> {
  const { requestedAt } = verificationResends;
  const [row] = await tx
    .select({ left: sql<number>`ceil(extract(epoch from ${requestedAt} + ${coolDown} - now()))::integer` })
    .from(verificationResends)
    .where(sql`${verificationResends.accountHash} = ${accountHash}`);
  return Math.min(Math.max(row?.left ?? 1, 1), COOL_DOWN_SECONDS);
}
