import type { BankDatabase } from './database.ts';
import type { DevelopmentMailbox } from './mail/development-mailbox.ts';
import type { Mailer } from './mail/mailer.ts';

/** What the bank's tasks and routes may reach; opened once a process. */
export interface Services {
  readonly db: BankDatabase;
  readonly mailer: Mailer;
  /** There when this process delivers its mail to a mailbox of its own. */
  readonly mailbox?: DevelopmentMailbox;
  /** Signs verification codes. */
  readonly secretKey: string;
  /** Address of the service as customers see it, without a trailing slash; links in mails start with it. */
  readonly publicUrl: string;
}
