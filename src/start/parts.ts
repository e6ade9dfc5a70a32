import type { DevelopmentMailbox } from '../bank/mail/development-mailbox.ts';
import type { DevelopmentSecrets } from '../config/development-secrets.ts';
import type { LateQueues } from '../db/migrate.ts';
import type { Processor } from '../work/processor.ts';
import type { ApplicationDatabase } from './open-database.ts';
import type { Phase } from './readiness.ts';
import type { ServiceOptions } from './service-options.ts';

/** What a starting service has opened so far. */
export interface Parts extends ServiceOptions {
  secrets: DevelopmentSecrets;
  databaseUrl: string;
  /** The same database, with sessions that belong to whoever connects. */
  directUrl: string;
  database: ApplicationDatabase;
  /** There when queues are still to be made. */
  late: LateQueues | undefined;
  /** There when this process delivers its mail to a mailbox of its own. */
  mailbox?: DevelopmentMailbox;
  /** There once jobs run, in the roles that run them. */
  processor?: Processor;
  /** There once the process has been told to come to its end. */
  ending?: Exclude<Phase, 'starting'>;
}
