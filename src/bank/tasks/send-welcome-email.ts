import bank from '../app.ts';
import { sendWelcomeEmail } from '../definitions/send-welcome-email.ts';
import { MailRejectedError } from '../mail/mailer.ts';
import { sendWelcomeMail } from '../users/send-welcome-mail.ts';
import { UserGoneError } from '../users/user-gone-error.ts';

export default bank.handle(
  sendWelcomeEmail,
  ({ user_account }, { job, signal, services }) =>
    sendWelcomeMail(services, { userAccount: user_account, jobId: job.id, signal }),
  { discardOn: [UserGoneError, MailRejectedError] },
);
