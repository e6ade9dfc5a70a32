import { bind } from '../../tasks/bind.ts';
import type { TaskContext } from '../../tasks/task-context.ts';
import { sendVerifyEmail } from '../definitions/send-verify-email.ts';
import { MailRejectedError } from '../mail/mailer.ts';
import type { Services } from '../services.ts';
import { sendVerificationMail } from '../users/send-verification-mail.ts';
import { UserGoneError } from '../users/user-gone-error.ts';

export default bind(
  sendVerifyEmail,
  ({ user_account }, { job, signal, services }: TaskContext<Services>) =>
    sendVerificationMail(services, { userAccount: user_account, jobId: job.id, signal }),
  { discardOn: [UserGoneError, MailRejectedError] },
);
