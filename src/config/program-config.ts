import type { Environment } from './environment-reader.ts';
import { ConfigError } from './mistakes/config-error.ts';
import type { QueueSetting } from './settings/queue-setting.ts';

/** What a program says itself where a process of its own would read its environment. Milliseconds, as there. */
export interface ProgramParameters {
  readonly connectionString?: string | undefined;
  readonly directConnectionString?: string | undefined;
  readonly schema?: string | undefined;
  readonly queues?: string | readonly QueueSetting[] | undefined;
  readonly shutdownTimeoutMs?: number | undefined;
  readonly migrate?: boolean | undefined;
  readonly migrateTimeoutMs?: number | undefined;
  readonly auditRetentionMs?: number | undefined;
  readonly rabbitmqUrl?: string | undefined;
  readonly kafkaUrl?: string | undefined;
}

/** Which variable each of them stands for. */
const VARIABLES = {
  connectionString: 'DATABASE_URL',
  directConnectionString: 'DATABASE_DIRECT_URL',
  schema: 'HOWDAH_SCHEMA',
  queues: 'QUEUES',
  shutdownTimeoutMs: 'SHUTDOWN_TIMEOUT',
  migrate: 'AUTO_MIGRATE',
  migrateTimeoutMs: 'MIGRATE_TIMEOUT',
  auditRetentionMs: 'AUDIT_RETENTION',
  rabbitmqUrl: 'RABBITMQ_URL',
  kafkaUrl: 'KAFKA_URL',
} as const satisfies Record<keyof ProgramParameters, string>;

/**
 * The variables that mean the same as the parameters. Of the process' own, only what says where the database and the brokers are,
 * where jobs go and come from and whether this is production is among them, the former only where the program does not say it.
 */
export function toEnvironment(parameters: ProgramParameters, env: Environment): Environment {
  const { connectionString, directConnectionString, schema, queues, migrate, ...others } = parameters;
  const place =
    connectionString === undefined
      ? { DATABASE_URL: env['DATABASE_URL'], DATABASE_DIRECT_URL: env['DATABASE_DIRECT_URL'] }
      : { DATABASE_URL: connectionString, DATABASE_DIRECT_URL: directConnectionString };
  return {
    NODE_ENV: env['NODE_ENV'],
    ...place,
    HOWDAH_SCHEMA: schema ?? env['HOWDAH_SCHEMA'],
    QUEUES: typeof queues === 'object' ? toEntries(queues) : queues,
    AUTO_MIGRATE: migrate === false ? 'off' : 'on',
    SHUTDOWN_TIMEOUT: toDuration(others.shutdownTimeoutMs),
    MIGRATE_TIMEOUT: toDuration(others.migrateTimeoutMs),
    AUDIT_RETENTION: toDuration(others.auditRetentionMs),
    RABBITMQ_URL: others.rabbitmqUrl ?? env['RABBITMQ_URL'],
    KAFKA_URL: others.kafkaUrl ?? env['KAFKA_URL'],
    ROUTES: env['ROUTES'],
    SOURCES: env['SOURCES'],
    TASK_DISTRIBUTOR: env['TASK_DISTRIBUTOR'],
    WEBHOOK_SECRETS: env['WEBHOOK_SECRETS'],
    WEBHOOK_TIMEOUT: env['WEBHOOK_TIMEOUT'],
    WEBHOOK_CONCURRENCY: env['WEBHOOK_CONCURRENCY'],
    WEBHOOK_ALLOW_PRIVATE: env['WEBHOOK_ALLOW_PRIVATE'],
  };
}

/** What is read, with its mistakes by the names of parameters. @throws {ConfigError} */
export function byParameters<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(
      error.problems.map(({ variable, message }) => ({ variable: toParameter(variable), message })),
    );
  }
}

/** The name of the parameter that the variable stands for. */
function toParameter(variable: string): string {
  return Object.entries(VARIABLES).find(([, name]) => name === variable)?.[0] ?? variable;
}

/** An empty list is a mistake, where a blank variable would be an absent one. */
function toEntries(queues: readonly QueueSetting[]): string {
  return queues.length === 0 ? ',' : queues.map(toEntry).join(',');
}

function toEntry({ name, concurrency, fleetConcurrency }: QueueSetting): string {
  const entry = `${name}:${concurrency}`;
  return fleetConcurrency === undefined ? entry : `${entry}/${fleetConcurrency}`;
}

function toDuration(durationMs: number | undefined): string | undefined {
  return durationMs === undefined ? undefined : `${durationMs}ms`;
}
