import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { createEventHub, type DatabaseHandle, openDatabase, type Service, startApp } from '../../index.ts';
import bank from '../app.ts';
import type { Services } from '../services.ts';
import { type JobLog, keepJobLog } from './job-log.ts';
import type { DemoRoute } from './route.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';

/** The whole service in this process, and a view into it. */
export interface DemoService {
  readonly service: Service;
  readonly viewerToken: string;
  /** What the bank's handlers work with. */
  readonly services: Services;
  /** Whether the database goes when the demo ends. */
  readonly isOwnDatabase: boolean;
  readonly jobs: JobLog;
  /** Holds whatever the service keeps on disk; goes with the stack. */
  readonly folder: string;
  /** A look at the database beside the service. */
  readonly database: DatabaseHandle;
}

/**
 * A service with a free port, a development mailbox, and a database of its own unless DATABASE_URL names one. Ends
 * with the stack, also when it is still starting then.
 *
 * @param route where the bank's jobs go in place of its handlers
 */
export async function startDemoService(
  opened: AsyncDisposableStack,
  route: DemoRoute | undefined,
): Promise<DemoService> {
  const folder = await makeTemporaryFolder(opened);
  const viewerToken = randomBytes(32).toString('base64url');
  const env: Record<string, string | undefined> = {
    ...process.env,
    ...OVERRIDES,
    ...route?.settings,
    VIEWER_TOKEN: viewerToken,
    DATA_DIR: folder,
  };
  const events = createEventHub();
  const jobs = keepJobLog(events);
  const log = pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true }));
  const { app, services } = keepingServices();
  const starting = startApp({ app, env, events, log });
  opened.defer(() =>
    starting.then(
      (service) => service.stop(),
      () => {},
    ),
  );
  const service = await starting;
  const database = openDatabase({
    connectionString: service.databaseUrl,
    applicationName: 'howdah demo',
    maxConnections: 2,
  });
  opened.defer(() => database.close());
  const isOwnDatabase = !env.DATABASE_URL?.trim();
  return { service, services: await services, viewerToken, isOwnDatabase, jobs, folder, database };
}

/** The bank, and what it opens for its handlers. */
function keepingServices(): { app: typeof bank; services: Promise<Services> } {
  const { promise, resolve } = Promise.withResolvers<Services>();
  const app: typeof bank = {
    ...bank,
    async openServices(context) {
      if (!bank.openServices) throw new Error('the bank opens its services');
      const services = await bank.openServices(context);
      resolve(services);
      return services;
    },
  };
  return { app, services: promise };
}

/** Whatever the surroundings say: a free port, our own mailbox and secrets. An empty setting is as good as none. */
const OVERRIDES = {
  NODE_ENV: 'development',
  HOST: '127.0.0.1',
  PORT: '0',
  PUBLIC_URL: '',
  QUEUES: '',
  SMTP_URL: '',
  MAIL_FROM: '',
  ADMIN_TOKEN: '',
  SECRET_KEY: '',
  VERIFY_EMAIL_DELAY: '',
  SHUTDOWN_TIMEOUT: '',
  LOG_LEVEL: '',
  ROUTES: '',
  SOURCES: '',
  TASK_DISTRIBUTOR: '',
  SIGN_UP_RATE_LIMIT: '',
};
