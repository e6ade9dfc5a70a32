import type { SQL } from 'drizzle-orm';
import type { BankTransaction } from '../database.ts';
import { and, isNull, sql } from '../drizzle.ts';
import { verifications } from '../schema.ts';
import { createNonce } from './verification-code.ts';

/** How long a code is good for, counted from the moment its mail is first sent. */
export const VERIFICATION_MINUTES = 15;

/** Fifteen minutes from now, by the database's clock. */
export const expiryFromNow = sql`now() + make_interval(mins => ${VERIFICATION_MINUTES})`;

/** Matches verifications that are not used; those that an older version replaced by newer ones do not count either. */
export const isOpen = and(isNull(verifications.usedAt), isNull(verifications.supersededAt));

/** Inserts a pending verification for each user that a query finds, as part of another statement. */
export function insertVerifications(userIds: SQL): SQL {
  return sql`
    insert into ${verifications} (user_id, nonce, expires_at)
    select found.id, ${createNonce()}, ${expiryFromNow} from (${userIds}) found (id)`;
}

/** Inserts another pending verification of the user; those they have stay open until they expire. */
export async function openVerification(tx: BankTransaction, userId: bigint): Promise<void> {
  await tx.insert(verifications).values({ userId, nonce: createNonce(), expiresAt: expiryFromNow });
}
