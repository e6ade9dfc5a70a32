import type { BankDatabase } from '../database.ts';
import { and, eq, sql } from '../drizzle.ts';
import { renderAccountExistsEmail } from '../mail/account-exists-email.ts';
import { users } from '../schema.ts';
import type { Services } from '../services.ts';
import { type MailRequest, messageIdOf } from './mail-request.ts';
import { findOwner, type User } from './user.ts';
import { UserGoneError } from './user-gone-error.ts';

/**
 * Tells the owner of an e-mail address that somebody signed up with it again: at most once an hour, however many do, and at
 * every attempt of the job that has that hour.
 *
 * @throws {UserGoneError} nobody signed up under that name
 * @throws {MailRejectedError} the mail server refused for good
 */
export async function sendAccountExistsMail(services: Services, request: MailRequest): Promise<void> {
  const { db, mailer, publicUrl } = services;
  const owner = await findOwner(db, request.userAccount);
  if (!owner) throw new UserGoneError();
  if (!(await takeHour(db, owner, request.jobId))) return;
  await mailer.send(
    { ...renderAccountExistsEmail(), to: owner.email, messageId: messageIdOf(request.jobId, publicUrl) },
    { signal: request.signal },
  );
}

/** Of jobs at the same moment one gets it: the others wait for its row, and then find the hour taken. */
async function takeHour(db: BankDatabase, { id }: User, jobId: string): Promise<boolean> {
  const isFree = sql`(${users.noticedAt} is null or ${users.noticedAt} < now() - interval '1 hour'
    or ${users.noticeJobId} = ${jobId})`;
  const { rowCount } = await db
    .update(users)
    .set({ noticedAt: sql`now()`, noticeJobId: jobId })
    .where(and(eq(users.id, BigInt(id)), isFree));
  return rowCount === 1;
}
