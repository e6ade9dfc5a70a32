import { renderWelcomeEmail } from '../mail/welcome-email.ts';
import type { Services } from '../services.ts';
import { type MailRequest, messageIdOf } from './mail-request.ts';
import { findOwner, findUser } from './user.ts';
import { UserGoneError } from './user-gone-error.ts';

/**
 * Welcomes the customer, by name once their address is verified. Sends nothing for an account name that somebody signed up
 * under with a customer's address: sendVerificationMail tells the owner. Nothing records that it was sent: an attempt that dies after the mail server accepted is
 * followed by a second copy, which carries the same Message-ID, so that the receiver can drop it.
 *
 * @throws {UserGoneError} nobody has that name
 * @throws {MailRejectedError} the mail server refused for good
 */
export async function sendWelcomeMail(services: Services, request: MailRequest): Promise<void> {
  const { db, mailer, publicUrl } = services;
  const user = await findUser(db, request.userAccount);
  if (!user && (await findOwner(db, request.userAccount))) return;
  if (!user) throw new UserGoneError();
  const message = renderWelcomeEmail({ username: user.emailVerifiedAt ? user.username : undefined });
  await mailer.send(
    { ...message, to: user.email, messageId: messageIdOf(request.jobId, publicUrl) },
    { signal: request.signal },
  );
}
