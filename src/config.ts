import { resolve } from 'node:path';
import { durationParser } from './config/duration.ts';
import { type Environment, EnvironmentReader } from './config/environment-reader.ts';
import { parseHost, parsePort } from './config/listen-address.ts';
import { type LogLevel, parseLogLevel } from './config/log-level.ts';
import { parseMailFrom } from './config/mail-from.ts';
import { misspelledVariables } from './config/misspelled-variables.ts';
import { parseEnvironment } from './config/node-environment.ts';
import { parseQueues, type QueueSetting } from './config/queue-setting.ts';
import { parseRateLimit, type RateLimitSetting } from './config/rate-limit.ts';
import { parseSecretKey, parseToken, SECRET_HINT } from './config/secrets.ts';
import { parseSwitch } from './config/switch.ts';
import { parseDatabaseUrl, parsePublicUrl, parseSmtpUrl } from './config/urls.ts';

export { ConfigError, type ConfigProblem } from './config/config-error.ts';
export { configWarnings } from './config/config-warnings.ts';
export type { LogLevel, QueueSetting, RateLimitSetting };

/** Every setting, checked and with its default. Frozen. */
export interface Config {
  /** NODE_ENV. In development, what is absent is started or generated. @default 'development' */
  readonly environment: 'development' | 'production';
  /** DATABASE_URL; undefined means an embedded server, in development only. */
  readonly databaseUrl: string | undefined;
  /** DATABASE_DIRECT_URL: the same database, not through a pooler; undefined means that DATABASE_URL is direct. */
  readonly databaseDirectUrl: string | undefined;
  /** HOST, the address to listen on. @default '127.0.0.1' */
  readonly host: string;
  /** PORT; 0 takes any free one. @default 3000 */
  readonly port: number;
  /** PUBLIC_URL, no slash at its end; undefined means wherever the service listens. */
  readonly publicUrl: string | undefined;
  /** QUEUES that a worker process serves, each name once. @default critical:10,default:5 */
  readonly queues: readonly QueueSetting[];
  /** SMTP_URL; undefined means a mailbox of our own, in development only. */
  readonly smtpUrl: string | undefined;
  /** MAIL_FROM. @default 'Simple Bank <no-reply@simplebank.example>' */
  readonly mailFrom: string;
  /** ADMIN_TOKEN; undefined only in development, where one is generated. */
  readonly adminToken: string | undefined;
  /** VIEWER_TOKEN, never equal to the admin token. */
  readonly viewerToken: string | undefined;
  /** SECRET_KEY, at least 32 characters; undefined only in development, where one is generated. */
  readonly secretKey: string | undefined;
  /** VERIFY_EMAIL_DELAY, at most 30 days. @default 0 */
  readonly verifyEmailDelayMs: number;
  /** SHUTDOWN_TIMEOUT, at most a day. @default 8000 */
  readonly shutdownTimeoutMs: number;
  /** SHUTDOWN_DELAY: requests are served so long after SIGTERM, at most an hour. @default 0 */
  readonly shutdownDelayMs: number;
  /** KEEP_ALIVE_TIMEOUT: idle HTTP connections are kept so long, 1 s to a day. @default 65000 */
  readonly keepAliveTimeoutMs: number;
  /** AUTO_MIGRATE, on or off: whether a start migrates the database or only looks. @default true */
  readonly autoMigrate: boolean;
  /** AUDIT_RETENTION: rows of the audit log are kept so long, an hour to 100 years. @default 90 days */
  readonly auditRetentionMs: number;
  /** MIGRATE_TIMEOUT, at most a day: what a step of a migration may wait for locks of others. @default 600000 */
  readonly migrateTimeoutMs: number;
  /** REQUEST_TIMEOUT: what a request's statement may take, 1 s to 5 minutes. @default 10000 */
  readonly requestTimeoutMs: number;
  /** LOG_LEVEL. @default 'info' */
  readonly logLevel: LogLevel;
  /** DATA_DIR as an absolute path. @default '.howdah' in the working directory */
  readonly dataDir: string;
  /** SIGN_UP_RATE_LIMIT for one client address; undefined means none (`off`). @default 20 a minute */
  readonly signUpRateLimit: RateLimitSetting | undefined;
}

/** Also the list of what is known: a variable is in here or it is not one of ours. */
const VARIABLE_OF: Readonly<Record<keyof Config, string>> = {
  environment: 'NODE_ENV',
  databaseUrl: 'DATABASE_URL',
  databaseDirectUrl: 'DATABASE_DIRECT_URL',
  host: 'HOST',
  port: 'PORT',
  publicUrl: 'PUBLIC_URL',
  queues: 'QUEUES',
  smtpUrl: 'SMTP_URL',
  mailFrom: 'MAIL_FROM',
  adminToken: 'ADMIN_TOKEN',
  viewerToken: 'VIEWER_TOKEN',
  secretKey: 'SECRET_KEY',
  verifyEmailDelayMs: 'VERIFY_EMAIL_DELAY',
  shutdownTimeoutMs: 'SHUTDOWN_TIMEOUT',
  shutdownDelayMs: 'SHUTDOWN_DELAY',
  keepAliveTimeoutMs: 'KEEP_ALIVE_TIMEOUT',
  autoMigrate: 'AUTO_MIGRATE',
  auditRetentionMs: 'AUDIT_RETENTION',
  migrateTimeoutMs: 'MIGRATE_TIMEOUT',
  requestTimeoutMs: 'REQUEST_TIMEOUT',
  logLevel: 'LOG_LEVEL',
  dataDir: 'DATA_DIR',
  signUpRateLimit: 'SIGN_UP_RATE_LIMIT',
};

const REQUIRED_IN_PRODUCTION = {
  DATABASE_URL: 'e.g. postgres://user:password@db.example:5432/howdah',
  SECRET_KEY: SECRET_HINT,
  SMTP_URL: 'the mail server to send through, e.g. smtp://user:password@mail.example:587',
  PUBLIC_URL: 'the address that links in mails point to, e.g. https://bank.example',
  ADMIN_TOKEN: SECRET_HINT,
};

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * The configuration of this process.
 *
 * @throws {ConfigError} with every mistake at once
 */
export function readConfig(): Config {
  return loadConfig(process.env);
}

/**
 * The configuration that these variables make; a blank one counts as absent.
 *
 * @throws {ConfigError} with every mistake at once
 */
export function loadConfig(env: Environment): Config {
  const reader = new EnvironmentReader(env);
  const config = readSettings(reader);
  reportMissing(reader, config);
  reportEqualTokens(reader, config);
  reportLoneDirectUrl(reader, config);
  reportMisspelled(reader, env);
  reader.throwProblems();
  return Object.freeze(config);
}

/** Where the database is, for tools that need nothing else: mistakes in other settings do not matter to them. */
export function readDatabasePlace(): Pick<Config, 'databaseUrl' | 'dataDir'> {
  const reader = new EnvironmentReader(process.env);
  const databaseUrl = reader.optional('DATABASE_URL', parseDatabaseUrl);
  const dataDir = reader.setting('DATA_DIR', (path) => resolve(path), '.howdah');
  reader.throwProblems();
  return { databaseUrl, dataDir };
}

/** TERM=dumb: nothing that a terminal shows can be written over. */
export function isDumbTerminal(): boolean {
  return process.env['TERM'] === 'dumb';
}

function readSettings(reader: EnvironmentReader): Config {
  return {
    environment: reader.setting('NODE_ENV', parseEnvironment, 'development'),
    databaseUrl: reader.optional('DATABASE_URL', parseDatabaseUrl),
    databaseDirectUrl: reader.optional('DATABASE_DIRECT_URL', parseDatabaseUrl),
    host: reader.setting('HOST', parseHost, '127.0.0.1'),
    port: reader.setting('PORT', parsePort, '3000'),
    publicUrl: reader.optional('PUBLIC_URL', parsePublicUrl),
    queues: reader.setting('QUEUES', parseQueues, 'critical:10,default:5'),
    smtpUrl: reader.optional('SMTP_URL', parseSmtpUrl),
    mailFrom: reader.setting('MAIL_FROM', parseMailFrom, 'Simple Bank <no-reply@simplebank.example>'),
    adminToken: reader.optional('ADMIN_TOKEN', parseToken),
    viewerToken: reader.optional('VIEWER_TOKEN', parseToken),
    secretKey: reader.optional('SECRET_KEY', parseSecretKey),
    verifyEmailDelayMs: reader.setting('VERIFY_EMAIL_DELAY', durationParser(30 * DAY_MS), '0s'),
    shutdownTimeoutMs: reader.setting('SHUTDOWN_TIMEOUT', durationParser(DAY_MS), '8s'),
    shutdownDelayMs: reader.setting('SHUTDOWN_DELAY', durationParser(60 * MINUTE_MS), '0s'),
    keepAliveTimeoutMs: reader.setting('KEEP_ALIVE_TIMEOUT', durationParser(DAY_MS, 1_000), '65s'),
    autoMigrate: reader.setting('AUTO_MIGRATE', parseSwitch, 'on'),
    auditRetentionMs: reader.setting(
      'AUDIT_RETENTION',
      durationParser(36_500 * DAY_MS, 60 * MINUTE_MS),
      '90d',
    ),
    migrateTimeoutMs: reader.setting('MIGRATE_TIMEOUT', durationParser(DAY_MS), '10m'),
    requestTimeoutMs: reader.setting('REQUEST_TIMEOUT', durationParser(5 * MINUTE_MS, 1_000), '10s'),
    logLevel: reader.setting('LOG_LEVEL', parseLogLevel, 'info'),
    dataDir: reader.setting('DATA_DIR', (path) => resolve(path), '.howdah'),
    signUpRateLimit: reader.setting('SIGN_UP_RATE_LIMIT', parseRateLimit, '20/1m'),
  };
}

function reportMissing(reader: EnvironmentReader, { environment }: Config): void {
  if (environment !== 'production') return;
  for (const [variable, hint] of Object.entries(REQUIRED_IN_PRODUCTION)) {
    if (!reader.has(variable)) reader.report(variable, `required in production and not set; ${hint}`);
  }
}

function reportEqualTokens(reader: EnvironmentReader, { adminToken, viewerToken }: Config): void {
  if (viewerToken === undefined || viewerToken !== adminToken) return;
  reader.report(
    'VIEWER_TOKEN',
    `expected another token than ADMIN_TOKEN, as readers must not act; ${SECRET_HINT}`,
  );
}

function reportLoneDirectUrl(reader: EnvironmentReader, { databaseDirectUrl }: Config): void {
  if (databaseDirectUrl === undefined || reader.has('DATABASE_URL')) return;
  reader.report('DATABASE_DIRECT_URL', 'expected beside DATABASE_URL, for the same database behind a pooler');
}

function reportMisspelled(reader: EnvironmentReader, env: Environment): void {
  const set = Object.keys(env).filter((variable) => reader.has(variable));
  for (const { variable, meant } of misspelledVariables(set, Object.values(VARIABLE_OF))) {
    reader.report(variable, `unknown variable; did you mean ${meant}?`);
  }
}
