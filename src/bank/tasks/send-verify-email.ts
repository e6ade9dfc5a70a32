import bank from '../app.ts';
import { sendVerifyEmail } from '../definitions/send-verify-email.ts';
import { MailRejectedError } from '../mail/mailer.ts';
import { sendVerificationMail } from '../users/send-verification-mail.ts';
import { UserGoneError } from '../users/user-gone-error.ts';

export default bank.handle(
  sendVerifyEmail,
  ({ user_account }, { job, signal, services }) =>
    sendVerificationMail(services, { userAccount: user_account, jobId: job.id, signal }),
  { discardOn: [UserGoneError, MailRejectedError] },
);
