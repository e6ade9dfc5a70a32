import type { LoadedApp } from '../app/load-tasks.ts';
import type { Tokens } from '../config/secrets/development-secrets.ts';
import type { LateQueues } from '../db/migration/migrate.ts';
import type { HttpServer } from '../http/server/server.ts';
import type { TaskProcessor } from '../work/processor.ts';
import type { ApplicationDatabase } from './database/application-database.ts';
import type { Phase } from './http/readiness.ts';
import type { RelayPlan } from './relay/plan-relay.ts';
import type { ServiceOptions } from './service-options.ts';

/** What a starting service has opened so far. */
export interface Parts extends Omit<ServiceOptions, 'app'> {
  app: LoadedApp;
  tokens: Tokens;
  databaseUrl: string;
  /** The same database, with sessions that belong to whoever connects. */
  directUrl: string;
  database: ApplicationDatabase;
  /** There when queues are still to be made. */
  late: LateQueues | undefined;
  /** Where jobs go that are not run here, in the roles that run any. */
  routes: RelayPlan;
  /** What the application opened. */
  services: unknown;
  /** Where HTTP is reached; empty until it listens. */
  url(): string;
  /** There once HTTP is served. */
  server?: HttpServer;
  /** There once jobs run, in the roles that run them. */
  processor?: TaskProcessor;
  /** There once the process has been told to come to its end. */
  ending?: Exclude<Phase, 'starting'>;
}
