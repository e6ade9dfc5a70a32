import { bind } from '../../tasks/bind.ts';
import type { TaskContext } from '../../tasks/task-context.ts';
import { sendWelcomeEmail } from '../definitions/send-welcome-email.ts';
import { MailRejectedError } from '../mail/mailer.ts';
import type { Services } from '../services.ts';
import { sendWelcomeMail } from '../users/send-welcome-mail.ts';
import { UserGoneError } from '../users/user-gone-error.ts';

export default bind(
  sendWelcomeEmail,
  ({ user_account }, { job, signal, services }: TaskContext<Services>) =>
    sendWelcomeMail(services, { userAccount: user_account, jobId: job.id, signal }),
  { discardOn: [UserGoneError, MailRejectedError] },
);
