import { setTimeout as delay } from 'node:timers/promises';
import { HowdahError, type TaskDistributor } from '../../index.ts';
import { type BankDatabase, type BankTransaction, transactDrizzle } from '../database.ts';
import { sendVerifyEmail } from '../definitions/send-verify-email.ts';
import { and, eq, isNull, sql } from '../drizzle.ts';
import { users, verifications } from '../schema.ts';
import { isOpen, openVerification } from './open-verification.ts';
import { forgetOldRequests, startCoolDown } from './resend-cool-down.ts';
import { isAccount, userColumns } from './user.ts';

export interface ResendDependencies {
  db: BankDatabase;
  distributor: TaskDistributor;
}

export interface ResendRequest {
  account: string;
  /** Who asks: the network address, as the rate limits know it. Each requester has a cool-down of their own. */
  requester: string;
}

/** An answer takes at least this long, so that the extra work for a known account does not show. */
const MIN_ANSWER_MS = 100;

/** So many links of an account are good at once: however many ask, its owner gets no more in fifteen minutes. */
const MAX_LINKS = 5;

/**
 * Mails another verification link to an account that waits for one; the links before it stay good until they expire, so that
 * who asks takes nothing from whom it concerns. Resolves alike, and after the same time as far as the load allows, for an
 * account that is unknown or verified already, or has five good links.
 *
 * @throws {HowdahError} `rate_limited` with `retryAfterSeconds` within 60 s of the requester's last request for this account,
 *   whether the account exists or not
 */
export async function resendVerification(deps: ResendDependencies, request: ResendRequest): Promise<void> {
  const [seconds] = await Promise.all([resend(deps, request), delay(MIN_ANSWER_MS)]);
  if (seconds === 0) return;
  throw new HowdahError('rate_limited', {
    detail: `A mail was asked for a moment ago; ask again in ${seconds} s`,
    retryAfterSeconds: seconds,
  });
}

/** Seconds left of the cool-down; 0 when the request was granted. */
async function resend(deps: ResendDependencies, request: ResendRequest): Promise<number> {
  await forgetOldRequests(deps.db);
  return transactDrizzle(deps.db, async (tx) => {
    const seconds = await startCoolDown(tx, request);
    if (seconds === 0) await mailAnother(tx, request.account, deps.distributor);
    return seconds;
  });
}

/**
 * The user's row is locked first: of two requests at once the second sees what the first left, and one beside a verification
 * waits for it, and then finds a user who is verified.
 *
 * A link that was not mailed yet is on its way, or its job was given up: a further job mails it, if that is still to be done.
 */
async function mailAnother(
  tx: BankTransaction,
  account: string,
  distributor: TaskDistributor,
): Promise<void> {
  const [user] = await tx
    .select(userColumns)
    .from(users)
    .where(and(isAccount(account), isNull(users.emailVerifiedAt)))
    .for('update');
  if (!user) return;
  const { unsent, good } = await countLinks(tx, user.id);
  if (unsent === 0 && good >= MAX_LINKS) return;
  if (unsent === 0) await openVerification(tx, user.id);
  const payload = { user_account: user.account };
  await distributor.distribute(tx, sendVerifyEmail, payload, { queue: 'critical', maxRetries: 10 });
}

async function countLinks(tx: BankTransaction, userId: bigint): Promise<{ unsent: number; good: number }> {
  const { sentAt, expiresAt } = verifications;
  const [links] = await tx
    .select({
      unsent: sql<number>`count(*) filter (where ${sentAt} is null)::integer`,
      good: sql<number>`count(*) filter (where ${expiresAt} > now())::integer`,
    })
    .from(verifications)
    .where(and(eq(verifications.userId, userId), isOpen));
  return links ?? { unsent: 0, good: 0 };
}
