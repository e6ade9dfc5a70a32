import type { BankDatabase } from '../database.ts';
import { and, eq, isNull, sql } from '../drizzle.ts';
import { renderVerifyEmail } from '../mail/verify-email.ts';
import { verifications } from '../schema.ts';
import type { Services } from '../services.ts';
import { type MailRequest, messageIdOf } from './mail-request.ts';
import { expiryFromNow, isOpen, VERIFICATION_MINUTES } from './open-verification.ts';
import { sendAccountExistsMail } from './send-account-exists-mail.ts';
import { findUser, type User } from './user.ts';
import { type CodeSeed, signVerificationCode } from './verification-code.ts';

/**
 * Mails the customer the link that verifies their address. Sends nothing when the address is verified already, no
 * verification is open, or all that are were mailed before, so running it again is safe. For an account name that somebody
 * signed up under with a customer's address it mails that customer instead, see sendAccountExistsMail.
 *
 * Every attempt mails the same link under the same Message-ID. Delivery is at least once: when the process dies
 * after the mail server accepted and before that is recorded, the next attempt sends once more, and the Message-ID
 * lets the receiver drop the second copy.
 *
 * @throws {UserGoneError} nobody has that name
 * @throws {MailRejectedError} the mail server refused for good
 */
export async function sendVerificationMail(services: Services, request: MailRequest): Promise<void> {
  const { db, mailer } = services;
  const user = await findUser(db, request.userAccount);
  if (!user) return sendAccountExistsMail(services, request);
  if (user.emailVerifiedAt) return;
  const verification = await startValidity(db, user);
  if (!verification) return;
  const message = composeMail(services, verification);
  await mailer.send(
    { ...message, to: user.email, messageId: messageIdOf(request.jobId, services.publicUrl) },
    { signal: request.signal },
  );
  await markSent(db, verification.id);
}

/**
 * The oldest of the user's open verifications that was not mailed yet, good for fifteen minutes from now: a mail held up by an
 * outage must not arrive expired. The code does not depend on the expiry, so the link stays the same.
 */
async function startValidity(db: BankDatabase, user: User): Promise<CodeSeed | undefined> {
  const oldest = db
    .select({ id: verifications.id })
    .from(verifications)
    .where(and(eq(verifications.userId, BigInt(user.id)), isOpen, isNull(verifications.sentAt)))
    .orderBy(verifications.createdAt, verifications.id)
    .limit(1);
  const [row] = await db
    .update(verifications)
    .set({ expiresAt: expiryFromNow })
    .where(eq(verifications.id, sql`(${oldest})`))
    .returning({ id: verifications.id, nonce: verifications.nonce });
  return row;
}

function composeMail({ secretKey, publicUrl }: Services, verification: CodeSeed) {
  const { id } = verification;
  const query = new URLSearchParams({ id, code: signVerificationCode(secretKey, verification) });
  return renderVerifyEmail({
    link: `${publicUrl}/verify-email?${query}`,
    expiresInMinutes: VERIFICATION_MINUTES,
  });
}

async function markSent(db: BankDatabase, id: string): Promise<void> {
  await db.update(verifications).set({ sentAt: sql`now()` }).where(eq(verifications.id, id));
}
