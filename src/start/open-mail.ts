import { type DevelopmentMailbox, startDevelopmentMailbox } from '../bank/mail/development-mailbox.ts';
import type { Mailer } from '../bank/mail/mailer.ts';
import { createSmtpMailer } from '../bank/mail/smtp-mailer.ts';
import type { Config } from '../config.ts';

export interface Mail {
  mailer: Mailer;
  /** There when no mail server is configured; never in production, where one must be. */
  mailbox?: DevelopmentMailbox;
}

/** A mailer to the configured server, or to a development mailbox of our own; both end with the stack. */
export async function openMail(config: Config, resources: AsyncDisposableStack): Promise<Mail> {
  if (config.smtpUrl !== undefined) return { mailer: openMailer(config.smtpUrl, config, resources) };
  const mailbox = await startDevelopmentMailbox();
  resources.defer(() => mailbox.stop());
  return { mailer: openMailer(mailbox.url, config, resources), mailbox };
}

function openMailer(url: string, { mailFrom }: Config, resources: AsyncDisposableStack): Mailer {
  const mailer = createSmtpMailer({ url, from: mailFrom });
  resources.defer(() => mailer.close());
  return mailer;
}
