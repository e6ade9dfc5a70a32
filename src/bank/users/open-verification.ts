import type { SQL } from 'drizzle-orm';
import type { BankTransaction } from '../database.ts';
import { and, isNull, sql } from '../drizzle.ts';
import { verifications } from '../schema.ts';
import { createNonce } from './verification-code.ts';

/** How long a code is good for, counted from the moment its mail is first sent. */
export const VERIFICATION_MINUTES = 15;

/** Fifteen minutes from now, by the database's clock. */
export const expiryFromNow = sql`now() + make_interval(mins => ${VERIFICATION_MINUTES})`;

/** Matches verifications that are neither used nor superseded; a user has at most one. */
export const isOpen = and(isNull(verifications.usedAt), isNull(verifications.supersededAt));

/** The same for the user that a query finds, as part of another statement. */
export function insertVerification(userId: SQL): SQL {
  return sql`insert into ${verifications} (user_id, nonce, expires_at) select (${userId}), ${createNonce()}, ${expiryFromNow}`;
}

/** Inserts the user's pending verification. They must not have an open one: a unique index refuses a second. */
export async function openVerification(tx: BankTransaction, userId: bigint): Promise<void> {
  await tx.insert(verifications).values({ userId, nonce: createNonce(), expiresAt: expiryFromNow });
}
