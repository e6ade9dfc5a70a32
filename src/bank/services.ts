import type { BankDatabase } from './database.ts';
import type { Mailer } from './mail/mailer.ts';

/** What a task may reach; made once a process by the composition root. */
export interface Services {
  readonly db: BankDatabase;
  readonly mailer: Mailer;
  /** Signs verification codes. */
  readonly secretKey: string;
  /** Address of the service as customers see it, without a trailing slash; links in mails start with it. */
  readonly publicUrl: string;
}
