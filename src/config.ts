import { resolve } from 'node:path';
import { parseDatabaseAddress, withSchema } from './config/database/database-address.ts';
import { parseDatabaseUrl } from './config/database/database-url.ts';
import { DEFAULT_SCHEMA, parseSchemaName } from './config/database/schema-name.ts';
import { type Environment, EnvironmentReader } from './config/environment-reader.ts';
import { type HttpSettings, readHttpSettings } from './config/http/http-settings.ts';
import type { ConfigProblem } from './config/mistakes/config-error.ts';
import { misspelledVariables } from './config/mistakes/misspelled-variables.ts';
import { byParameters, type ProgramParameters, toEnvironment } from './config/program-config.ts';
import { type RelaySettings, readRelaySettings } from './config/relay/relay-settings.ts';
import { reportTokens } from './config/secrets/report-tokens.ts';
import { parseToken, SECRET_HINT } from './config/secrets/secrets.ts';
import { durationParser } from './config/settings/duration.ts';
import { type LogLevel, parseLogLevel } from './config/settings/log-level.ts';
import { parseEnvironment, rulesOf } from './config/settings/node-environment.ts';
import { parseQueues, type QueueSetting } from './config/settings/queue-setting.ts';
import type { Role } from './config/settings/role.ts';
import { parseSwitch } from './config/settings/switch.ts';

export { configWarnings } from './config/config-warnings.ts';
export { ConfigError, type ConfigProblem } from './config/mistakes/config-error.ts';
export { MIN_SECRET_LENGTH } from './config/secrets/secrets.ts';
export type { LogLevel, QueueSetting, Role };

/** Every setting, checked and with its default; `settings` are the application's own. Frozen. */
export interface Config<Settings = unknown> extends HttpSettings, RelaySettings {
  /**
   * The rules that hold by NODE_ENV: production's, unless it is `development` or `test`. In development, what is absent is
   * started or generated. @default 'development'
   */
  readonly environment: 'development' | 'production';
  /** DATABASE_URL; undefined means an embedded server, in development only. */
  readonly databaseUrl: string | undefined;
  /** DATABASE_DIRECT_URL: the same database, not through a pooler; undefined means that DATABASE_URL is direct. */
  readonly databaseDirectUrl: string | undefined;
  /**
   * HOWDAH_SCHEMA: which Howdah of the database is meant, where it has several. The addresses say it too. @default 'howdah'
   */
  readonly schema: string;
  /** QUEUES that a worker process serves, each name once. @default critical:10,default:5 */
  readonly queues: readonly QueueSetting[];
  /** ADMIN_TOKEN; undefined only in development, where one is generated. */
  readonly adminToken: string | undefined;
  /** VIEWER_TOKEN, never equal to the admin token. */
  readonly viewerToken: string | undefined;
  /** WORKER_TOKEN, of workers over HTTP; never equal to one of the others. */
  readonly workerToken: string | undefined;
  /** SHUTDOWN_TIMEOUT, at most a day. @default 8000 */
  readonly shutdownTimeoutMs: number;
  /** AUTO_MIGRATE, on or off: whether a start migrates the database or only looks. @default true */
  readonly autoMigrate: boolean;
  /** AUDIT_RETENTION: rows of the audit log are kept so long, an hour to 100 years. @default 90 days */
  readonly auditRetentionMs: number;
  /** MIGRATE_TIMEOUT, at most a day: what a step of a migration may wait for locks of others. @default 600000 */
  readonly migrateTimeoutMs: number;
  /** LOG_LEVEL. @default 'info' */
  readonly logLevel: LogLevel;
  /** DATA_DIR as an absolute path. @default '.howdah' in the working directory */
  readonly dataDir: string;
  /** What the application reads beside these; undefined for one that reads nothing. */
  readonly settings: Settings;
}

/** What an application is told when it reads its own settings. */
export interface SettingsContext {
  readonly environment: 'development' | 'production';
  readonly role: Role;
}

export type MigrationSettings = Pick<
  Config,
  'databaseUrl' | 'databaseDirectUrl' | 'schema' | 'dataDir' | 'queues' | 'migrateTimeoutMs'
>;

/** Reads an application's own settings; mistakes are reported to the reader, so that all are told at once. */
export type ReadSettings<Settings> = (reader: EnvironmentReader, context: SettingsContext) => Settings;

export interface ConfigOptions<Settings> {
  /** @default all */
  role?: Role;
  /** @default the application reads nothing */
  readSettings?: ReadSettings<Settings> | undefined;
  /** What only somebody who knows the application finds wrong, to be told with the rest. @default nothing */
  findMore?: ((config: OwnConfig) => readonly ConfigProblem[]) | undefined;
}

export type OwnConfig = Omit<Config, 'settings'>;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * The configuration of this process.
 *
 * @throws {ConfigError} with every mistake at once
 */
export function readConfig<Settings = unknown>(options?: ConfigOptions<Settings>): Config<Settings> {
  return loadConfig(process.env, options);
}

/**
 * The configuration that these variables make; a blank one counts as absent.
 *
 * @throws {ConfigError} with every mistake at once
 */
export function loadConfig<Settings = unknown>(
  env: Environment,
  { role = 'all', readSettings, findMore = () => [] }: ConfigOptions<Settings> = {},
): Config<Settings> {
  const reader = new EnvironmentReader(env);
  const own = readOwn(reader);
  reportMissing(reader, own, role);
  const { environment } = own;
  const settings = readSettings?.(reader, { environment, role }) as Settings;
  reportTokens(reader, own);
  reportLoneDirectUrl(reader, own);
  reportMisspelled(reader, env);
  reader.reportMore(findMore(own));
  reader.throwProblems();
  return Object.freeze({ ...own, settings: Object.freeze(settings) });
}

/**
 * The configuration of a worker, or of what is done without one, within a program that says itself how it is to be. The
 * application's own settings are read from the environment, as they are in a process of its own.
 *
 * @throws {ConfigError} with every mistake at once, those of parameters by their names
 */
export function programConfig<Settings = unknown>(
  parameters: ProgramParameters,
  { readSettings, findMore }: Omit<ConfigOptions<Settings>, 'role'> = {},
): Config<Settings> {
  const config = byParameters(() =>
    loadConfig(toEnvironment(parameters, process.env), { role: 'worker', findMore }),
  );
  const reader = new EnvironmentReader(process.env);
  const settings = readSettings?.(reader, { environment: config.environment, role: 'worker' }) as Settings;
  reader.throwProblems();
  return Object.freeze({ ...config, settings: Object.freeze(settings) });
}

/** Where the database is, for tools that need nothing else: mistakes in other settings do not matter to them. */
export function readDatabasePlace(): Pick<Config, 'databaseUrl' | 'dataDir' | 'schema'> {
  const reader = new EnvironmentReader(process.env);
  const { databaseUrl, schema } = readAddress(reader);
  const dataDir = reader.setting('DATA_DIR', (path) => resolve(path), '.howdah');
  reader.throwProblems();
  return { databaseUrl, dataDir, schema };
}

/**
 * Which Howdah of its database a program means: what it says itself, else what its address says, else HOWDAH_SCHEMA.
 *
 * @throws {ConfigError | Mistake} for a name that none can have
 */
export function meantSchema({
  schema,
  connectionString,
}: {
  schema?: string | undefined;
  connectionString?: string | undefined;
}): string {
  if (schema !== undefined) return parseSchemaName(schema);
  const said =
    connectionString === undefined ? DEFAULT_SCHEMA : parseDatabaseAddress(connectionString).schema;
  if (said !== DEFAULT_SCHEMA) return said;
  const reader = new EnvironmentReader(process.env);
  const meant = readSchema(reader);
  reader.throwProblems();
  return meant;
}

/** HOWDAH_CONFIG: the file that holds the application, for commands that are not told. */
export function readAppFile(): string | undefined {
  return process.env['HOWDAH_CONFIG']?.trim() || undefined;
}

/** What migrating a database takes; mistakes in other settings do not matter to it. */
export function readMigrationSettings(): MigrationSettings {
  const reader = new EnvironmentReader(process.env);
  const settings = readMigration(reader);
  reportLoneDirectUrl(reader, settings);
  reader.throwProblems();
  return settings;
}

/** Whether production's rules hold by NODE_ENV, for what a program is given by its code. */
export function isProduction(): boolean {
  return rulesOf(process.env['NODE_ENV']?.trim() ?? '') === 'production';
}

/** TERM=dumb: nothing that a terminal shows can be written over. */
export function isDumbTerminal(): boolean {
  return process.env['TERM'] === 'dumb';
}

function readMigration(reader: EnvironmentReader): MigrationSettings {
  const { databaseUrl, schema } = readAddress(reader);
  return {
    databaseUrl,
    databaseDirectUrl: reader.optional('DATABASE_DIRECT_URL', addressParser(schema)),
    schema,
    dataDir: reader.setting('DATA_DIR', (path) => resolve(path), '.howdah'),
    queues: reader.setting('QUEUES', parseQueues, 'critical:10,default:5'),
    migrateTimeoutMs: reader.setting('MIGRATE_TIMEOUT', durationParser(DAY_MS), '10m'),
  };
}

function readSchema(reader: EnvironmentReader): string {
  return reader.setting('HOWDAH_SCHEMA', parseSchemaName, DEFAULT_SCHEMA);
}

/** The address may say it too, as where HOWDAH_SCHEMA was put into it. */
function readAddress(reader: EnvironmentReader): Pick<Config, 'databaseUrl' | 'schema'> {
  const schema = readSchema(reader);
  const databaseUrl = reader.optional('DATABASE_URL', addressParser(schema));
  return {
    databaseUrl,
    schema: databaseUrl === undefined ? schema : parseDatabaseAddress(databaseUrl).schema,
  };
}

/** With an address goes which Howdah is meant there, so that whoever connects means the same one. */
function addressParser(schema: string): (value: string) => string {
  return (value) => {
    const address = parseDatabaseUrl(value);
    return schema === DEFAULT_SCHEMA ? address : withSchema(address, schema);
  };
}

function readOwn(reader: EnvironmentReader): OwnConfig {
  return {
    ...readMigration(reader),
    ...readHttpSettings(reader),
    ...readRelaySettings(reader),
    environment: reader.setting('NODE_ENV', parseEnvironment, 'development'),
    adminToken: reader.optional('ADMIN_TOKEN', parseToken),
    viewerToken: reader.optional('VIEWER_TOKEN', parseToken),
    workerToken: reader.optional('WORKER_TOKEN', parseToken),
    shutdownTimeoutMs: reader.setting('SHUTDOWN_TIMEOUT', durationParser(DAY_MS), '8s'),
    autoMigrate: reader.setting('AUTO_MIGRATE', parseSwitch, 'on'),
    auditRetentionMs: reader.setting(
      'AUDIT_RETENTION',
      durationParser(36_500 * DAY_MS, 60 * MINUTE_MS),
      '90d',
    ),
    logLevel: reader.setting('LOG_LEVEL', parseLogLevel, 'info'),
  };
}

/** A worker serves nothing that a token would open but its metrics, and has no database of its own to offer. */
function reportMissing(reader: EnvironmentReader, { environment }: OwnConfig, role: Role): void {
  if (environment === 'production') {
    const example = 'e.g. postgres://user:password@db.example:5432/howdah';
    const required = role === 'worker' ? {} : { ADMIN_TOKEN: SECRET_HINT };
    for (const [variable, hint] of Object.entries({ DATABASE_URL: example, ...required })) {
      if (!reader.has(variable)) reader.report(variable, `required in production and not set; ${hint}`);
    }
  } else if (role === 'worker' && !reader.has('DATABASE_URL')) {
    reader.report(
      'DATABASE_URL',
      "required by a worker, as it runs the jobs of the API's database; set it, or use npx howdah dev, which is API, worker and database in one",
    );
  }
}

function reportLoneDirectUrl(
  reader: EnvironmentReader,
  { databaseDirectUrl }: Pick<Config, 'databaseDirectUrl'>,
): void {
  if (databaseDirectUrl === undefined || reader.has('DATABASE_URL')) return;
  reader.report('DATABASE_DIRECT_URL', 'expected beside DATABASE_URL, for the same database behind a pooler');
}

function reportMisspelled(reader: EnvironmentReader, env: Environment): void {
  const set = Object.keys(env).filter((variable) => reader.has(variable));
  for (const { variable, meant } of misspelledVariables(set, reader.known)) {
    reader.report(variable, `unknown variable; did you mean ${meant}?`);
  }
}
