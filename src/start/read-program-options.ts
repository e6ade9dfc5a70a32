import { appMistake } from '../app/check-app.ts';
import { findOptionProblems, type OptionKinds } from '../config/mistakes/option-mistakes.ts';
import type { ProgramParameters } from '../config/program-config.ts';
import { findQueueProblems } from '../config/settings/queue-setting.ts';
import {
  type Config,
  ConfigError,
  type ConfigOptions,
  type ConfigProblem,
  programConfig,
} from '../config.ts';
import type { MigrateDatabaseOptions, PlaceOptions, WorkerOptions } from './worker-options.ts';

const PLACE: OptionKinds<PlaceOptions> = {
  ...{ connectionString: 'text', schema: 'text', directConnectionString: 'text' },
  ...{ migrateTimeoutMs: 'milliseconds', log: 'logger', signal: 'signal' },
};

/** Of queues something else tells, place by place. */
export const MIGRATE_OPTIONS: OptionKinds<MigrateDatabaseOptions> = {
  ...PLACE,
  app: appMistake,
  queues: 'any',
};

export const WORKER_OPTIONS: OptionKinds<WorkerOptions<unknown>> = {
  ...MIGRATE_OPTIONS,
  ...{ services: 'any', schedules: 'flag', migrate: 'flag', handleSignals: 'flag', events: 'events' },
  ...{ shutdownTimeoutMs: 'milliseconds', auditRetentionMs: 'milliseconds' },
  ...{ rabbitmqUrl: 'text', kafkaUrl: 'text' },
};

/**
 * The configuration that a program's options make.
 *
 * @throws {ConfigError} with every mistake in them at once: those of a kind, and what was read of the others
 */
export function readProgramOptions<Options extends ProgramParameters, Settings = unknown>(
  options: Options,
  kinds: OptionKinds<Options>,
  reading?: Omit<ConfigOptions<Settings>, 'role'>,
): Config<Settings> {
  const problems = [
    ...findOptionProblems(options, kinds),
    ...findQueueProblems('queues', (options as ProgramParameters | null)?.queues),
  ];
  if (problems.length === 0) return programConfig(options, reading);
  const mistaken = new Set(problems.map(({ variable }) => variable.replace(/\[.*/, '')));
  const right = Object.fromEntries(Object.entries(options ?? {}).filter(([name]) => !mistaken.has(name)));
  const others = problemsOf(() => programConfig(right, reading));
  throw new ConfigError([...problems, ...others.filter(({ variable }) => !mistaken.has(variable))]);
}

function problemsOf(read: () => unknown): readonly ConfigProblem[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
