import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { createEventHub, type DatabaseHandle, openDatabase, type Service, startApp } from '../../index.ts';
import bank from '../app.ts';
import { type JobLog, keepJobLog } from './job-log.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';

/** The whole service in this process, and a view into it. */
export interface DemoService {
  readonly service: Service;
  readonly viewerToken: string;
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
 */
export async function startDemoService(opened: AsyncDisposableStack): Promise<DemoService> {
  const folder = await makeTemporaryFolder(opened);
  const viewerToken = randomBytes(32).toString('base64url');
  const env: Record<string, string | undefined> = {
    ...process.env,
    ...OVERRIDES,
    VIEWER_TOKEN: viewerToken,
    DATA_DIR: folder,
  };
  const events = createEventHub();
  const jobs = keepJobLog(events);
  const log = pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true }));
  const starting = startApp({ app: bank, env, events, log });
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
  return { service, viewerToken, isOwnDatabase, jobs, folder, database };
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
  SIGN_UP_RATE_LIMIT: '',
};
