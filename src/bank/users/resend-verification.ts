import { setTimeout as delay } from 'node:timers/promises';
import { HowdahError, type TaskDistributor } from '../../index.ts';
import { type BankDatabase, type BankTransaction, transactDrizzle } from '../database.ts';
import { sendVerifyEmail } from '../definitions/send-verify-email.ts';
import { and, inArray, isNull, sql } from '../drizzle.ts';
import { users, verifications } from '../schema.ts';
import { isOpen, openVerification } from './open-verification.ts';
import { forgetOldRequests, startCoolDown } from './resend-cool-down.ts';
import { isAccount, userColumns } from './user.ts';

export interface ResendDependencies {
  db: BankDatabase;
  distributor: TaskDistributor;
}

/** An answer takes at least this long, so that the extra work for a known account does not show. */
const MIN_ANSWER_MS = 100;

/**
 * Mails a new verification link to an account that waits for one; the link before it stops working. Resolves alike,
 * and after the same time as far as the load allows, for an account that is unknown or verified already.
 *
 * @throws {HowdahError} `rate_limited` with `retryAfterSeconds` within 60 s of the account's last request, whether
 *   the account exists or not
 */
export async function resendVerification(deps: ResendDependencies, account: string): Promise<void> {
  const [seconds] = await Promise.all([resend(deps, account), delay(MIN_ANSWER_MS)]);
  if (seconds === 0) return;
  throw new HowdahError('rate_limited', {
    detail: `A mail was asked for a moment ago; ask again in ${seconds} s`,
    retryAfterSeconds: seconds,
  });
}

/** Seconds left of the cool-down; 0 when the request was granted. */
async function resend(deps: ResendDependencies, account: string): Promise<number> {
  await forgetOldRequests(deps.db);
  return transactDrizzle(deps.db, async (tx) => {
    const seconds = await startCoolDown(tx, account);
    if (seconds === 0) await replaceVerification(tx, account, deps.distributor);
    return seconds;
  });
}

/**
 * The order matters: superseding first takes the lock that a verification in progress holds, so the look-up after it
 * sees whether that one succeeded, and afterwards nobody can use the old code.
 */
async function replaceVerification(
  tx: BankTransaction,
  account: string,
  distributor: TaskDistributor,
): Promise<void> {
  await supersedeOpen(tx, account);
  const [user] = await tx
    .select(userColumns)
    .from(users)
    .where(and(isAccount(account), isNull(users.emailVerifiedAt)));
  if (!user) return;
  await openVerification(tx, user.id);
  await distributor.distribute(
    tx,
    sendVerifyEmail,
    { user_account: user.account },
    { queue: 'critical', maxRetries: 10 },
  );
}

async function supersedeOpen(tx: BankTransaction, account: string): Promise<void> {
  const ownerIds = tx.select({ id: users.id }).from(users).where(isAccount(account));
  await tx
    .update(verifications)
    .set({ supersededAt: sql`now()` })
    .where(and(inArray(verifications.userId, ownerIds), isOpen));
}
