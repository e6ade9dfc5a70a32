import app from '../../src/bank/app.ts';
import type { Role } from '../../src/config.ts';
import { loadConfig } from '../../src/config.ts';
import { createEventHub, type EventHub } from '../../src/observability/event-hub.ts';
import { subscribeLogger } from '../../src/observability/log-subscriber.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { startService } from '../../src/start/service.ts';
import { type ScriptedSmtpServer, startScriptedSmtpServer } from '../support/smtp-server.ts';
import type { TestDatabase } from '../support/test-database.ts';
import { type Bank, openBank } from './bank.ts';

/** The whole service in this process, with a database and a mail server of its own. */
export interface OpenService extends Bank {
  readonly url: string;
  readonly smtp: ScriptedSmtpServer;
  readonly events: EventHub;
  /** Every log line so far. */
  readonly logLines: readonly string[];
  stop(): Promise<void>;
}

export interface OpenServiceOptions {
  /** What the mail server does. @default it accepts everything */
  script?: Parameters<typeof startScriptedSmtpServer>[0];
  env?: Record<string, string>;
  /** Whose it is. @default one of its own */
  bank?: Bank;
  /** @default all */
  role?: Role;
  /** Statements for the database before the service starts. */
  prepare?: (database: Pick<TestDatabase, 'name'>) => string[];
}

/** A service that is up; stopped with the stack. */
export async function openService(
  stack: AsyncDisposableStack,
  { script, env, bank: given, role = 'all', prepare = () => [] }: OpenServiceOptions = {},
): Promise<OpenService> {
  const bank = given ?? (await openBank(stack));
  for (const statement of prepare(bank.database)) await bank.pool.query(statement);
  const smtp = await startScriptedSmtpServer(script);
  stack.defer(() => smtp.stop());
  const logLines: string[] = [];
  const log = createLogger({ level: 'debug', destination: { write: (line) => void logLines.push(line) } });
  const events = createEventHub();
  subscribeLogger(events, log);
  const variables = {
    DATABASE_URL: bank.database.connectionString,
    SMTP_URL: smtp.url,
    PORT: '0',
    HEALTH_PORT: '0',
    SECRET_KEY: 'a-secret-key-for-tests-of-32-characters',
    ADMIN_TOKEN: 'the-operator-for-tests',
    VIEWER_TOKEN: 'the-reader-for-tests',
    SIGN_UP_RATE_LIMIT: 'off',
    SHUTDOWN_TIMEOUT: '1s',
    ...env,
  };
  const config = loadConfig(variables, { role, readSettings: app.readSettings });
  const service = await startService({ app, config, role, log, events });
  stack.defer(() => service.stop());
  return { ...bank, url: service.url, smtp, events, logLines, stop: () => service.stop() };
}
