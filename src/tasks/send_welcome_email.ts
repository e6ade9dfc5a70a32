import { sendWelcomeEmail } from '../jobs/send-welcome-email.ts';
import { MailRejectedError } from '../mail/mailer.ts';
import { bind } from '../processor/bind.ts';
import type { TaskContext } from '../processor/task-context.ts';
import type { Services } from '../services.ts';
import { sendWelcomeMail } from '../users/send-welcome-mail.ts';
import { UserGoneError } from '../users/user-gone-error.ts';

export default bind(
  sendWelcomeEmail,
  ({ user_account }, { job, signal, services }: TaskContext<Services>) =>
    sendWelcomeMail(services, { userAccount: user_account, jobId: job.id, signal }),
  { discardOn: [UserGoneError, MailRejectedError] },
);
