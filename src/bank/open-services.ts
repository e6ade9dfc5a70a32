import type { ServiceContext } from '../index.ts';
import { toBankDatabase } from './database.ts';
import { startDevelopmentMailbox } from './mail/development-mailbox.ts';
import type { Mailer } from './mail/mailer.ts';
import { createSmtpMailer } from './mail/smtp-mailer.ts';
import type { Services } from './services.ts';
import type { BankSettings } from './settings/bank-settings.ts';

type Context = ServiceContext<BankSettings>;

/** What the bank's tasks and routes work with. */
export async function openServices(context: Context): Promise<Services> {
  const { settings, pool, url } = context;
  return {
    db: toBankDatabase(pool),
    secretKey: settings.secretKey ?? (await context.developmentKey()),
    ...(await openMail(context)),
    get publicUrl() {
      return settings.publicUrl ?? url();
    },
  };
}

/**
 * A mailer to the configured server, or to a development mailbox of our own. A process that serves HTTP alone sends
 * nothing, and its mailbox would stay empty.
 */
async function openMail(context: Context): Promise<Pick<Services, 'mailer' | 'mailbox'>> {
  const { smtpUrl } = context.settings;
  if (smtpUrl !== undefined) return { mailer: openMailer(smtpUrl, context) };
  if (context.role === 'api') return { mailer: NO_MAILER };
  const mailbox = await startDevelopmentMailbox();
  context.defer(() => mailbox.stop());
  return { mailer: openMailer(mailbox.url, context), mailbox };
}

function openMailer(url: string, { settings, defer }: Context): Mailer {
  const mailer = createSmtpMailer({ url, from: settings.mailFrom });
  defer(() => mailer.close());
  return mailer;
}

const NO_MAILER: Mailer = {
  async send() {
    throw new Error('a process that serves HTTP alone sends no mail');
  },
  async close() {},
};
