import { HowdahError } from '../../index.ts';
import { type BankDatabase, transactDrizzle } from '../database.ts';
import { and, eq, sql } from '../drizzle.ts';
import { VERIFICATION_EXPIRED, VERIFICATION_NOT_FOUND, VERIFICATION_USED } from '../errors.ts';
import { users, verifications } from '../schema.ts';
import { isOpen } from './open-verification.ts';
import { createNonce, isVerificationCode } from './verification-code.ts';

export interface VerifyDependencies {
  db: BankDatabase;
  secretKey: string;
}

export interface VerificationProof {
  /** UUID of the verification, from the mailed link. */
  id: string;
  /** The 32 characters from the mailed link. */
  code: string;
}

/** Stands in for the nonce of a verification that does not exist; nobody can know its code. */
const NO_NONCE = createNonce();

/**
 * Marks the customer's e-mail address as verified; the code is used up.
 *
 * Nothing can be learnt by guessing: an unknown id costs the same look-up, HMAC and comparison as a wrong code and
 * gets the same answer, and whether a verification is used or expired is told only to who has its code.
 *
 * @throws {HowdahError} `verification_not_found` for an unknown id or a wrong code, `verification_used`, or
 *   `verification_expired`
 */
export async function verifyEmail(deps: VerifyDependencies, proof: VerificationProof): Promise<void> {
  const id = proof.id.toLowerCase();
  if (!(await isProven(deps, { id, code: proof.code }))) throw new HowdahError(VERIFICATION_NOT_FOUND);
  if (!(await useVerification(deps.db, id))) throw await describeRefusal(deps.db, id);
}

async function isProven(
  { db, secretKey }: VerifyDependencies,
  { id, code }: VerificationProof,
): Promise<boolean> {
  const [row] = await db
    .select({ nonce: verifications.nonce })
    .from(verifications)
    .where(eq(verifications.id, id));
  const isRight = isVerificationCode(secretKey, { id, nonce: row?.nonce ?? NO_NONCE }, code);
  return isRight && row !== undefined;
}

/**
 * False when the verification cannot be used. Of two calls at the same moment exactly one gets true: the second
 * update waits for the first one's row lock and, after its commit, finds the row no longer matches.
 */
async function useVerification(db: BankDatabase, id: string): Promise<boolean> {
  return transactDrizzle(db, async (tx) => {
    const [used] = await tx
      .update(verifications)
      .set({ usedAt: sql`now()` })
      .where(and(eq(verifications.id, id), isOpen, sql`${verifications.expiresAt} > now()`))
      .returning({ userId: verifications.userId });
    if (!used) return false;
    await tx
      .update(users)
      .set({ emailVerifiedAt: sql`coalesce(${users.emailVerifiedAt}, now())` })
      .where(eq(users.id, used.userId));
    return true;
  });
}

async function describeRefusal(db: BankDatabase, id: string): Promise<HowdahError> {
  const [row] = await db
    .select({ usedAt: verifications.usedAt })
    .from(verifications)
    .where(eq(verifications.id, id));
  return new HowdahError(row?.usedAt ? VERIFICATION_USED : VERIFICATION_EXPIRED);
}
