import type { DevelopmentSecrets } from '../config/development-secrets.ts';
import type { DatabaseHandle } from '../db/database.ts';
import type { Processor } from '../processor/processor.ts';
import type { Mail } from './open-mail.ts';
import type { ServiceOptions } from './service-options.ts';

/** What a starting service has opened so far. */
export interface Parts extends ServiceOptions, Mail {
  secrets: DevelopmentSecrets;
  databaseUrl: string;
  database: DatabaseHandle;
  /** There once jobs run, in the roles that run them. */
  processor?: Processor;
}
