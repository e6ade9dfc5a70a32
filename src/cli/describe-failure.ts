import { parseDatabaseAddress } from '../config/database/database-address.ts';
import { DEFAULT_SCHEMA } from '../config/database/schema-name.ts';
import { ConfigError, readDatabasePlace } from '../config.ts';
import { isDatabaseUnavailable } from '../db/is-database-unavailable.ts';
import { isNotInstalled, notInstalled, type Place } from '../db/not-installed.ts';
import { causesOf } from '../errors/causes-of.ts';
import { isSqlState } from '../errors/is-sql-state.ts';
import { rootCauseOf } from '../errors/root-cause-of.ts';
import { HowdahError } from '../errors.ts';
import { InterruptedBulk } from '../operate/interrupted-bulk.ts';
import { AppFileError } from '../tasks/app-file-error.ts';
import { CommandError } from './command-error.ts';
import { countJobs } from './doctor/count-jobs.ts';

/** What ended a command. */
export interface Failure {
  exitCode: 1 | 2;
  /** What a program can tell it by: those of the HTTP API, and the few in docs/cli.md. */
  code: string;
  /** What people read. */
  message: string;
  /** Every mistaken field, where there are several to tell apart. */
  errors?: readonly { field: string; message: string }[];
  /** What a program can act on, by name, such as the holder of a unique key. */
  details?: Readonly<Record<string, string | number>>;
}

/** Postgres has no such table, schema, function or column. */
const NOT_INSTALLED = new Set(['42P01', '3F000', '42883', '42703']);
const NOT_GRANTED = '42501';

/** What to tell of what ended a command; undefined for a defect of ours, which needs its stack. */
export function describeFailure(error: unknown): Failure | undefined {
  if (error instanceof InterruptedBulk) return describeInterrupted(error);
  if (error instanceof CommandError) {
    return { exitCode: error.exitCode, code: error.code, message: error.message };
  }
  if (error instanceof HowdahError) return describeHowdahError(error);
  if (error instanceof AppFileError) return { exitCode: 1, code: 'configuration', message: error.message };
  if (error instanceof ConfigError) return { exitCode: 1, code: 'configuration', message: error.message };
  const { schema, database } = meantPlace();
  if (isNotInstalled(error, schema)) return describeHowdahError(notInstalled(error, { schema, database }));
  const coded = findCoded(error);
  if (coded) return describeCoded(coded);
  if (!isDatabaseUnavailable(error)) return undefined;
  return {
    exitCode: 1,
    code: 'unavailable',
    message: `the database went away: ${rootCauseOf(error as Error).message}`,
  };
}

/** The failure as a program reads it on standard error, on one line. */
export function toProblem({ code, message, errors = [], details }: Failure): string {
  return JSON.stringify({ code, detail: message, errors, ...(details ? { details } : {}) });
}

/** Of which Howdah, in which database, the settings speak; of the usual one where they are wrong. */
function meantPlace(): Place {
  try {
    const { databaseUrl, schema } = readDatabasePlace();
    return { schema, database: databaseUrl && parseDatabaseAddress(databaseUrl).database };
  } catch {
    return { schema: DEFAULT_SCHEMA };
  }
}

function describeInterrupted({ changedCount, cause }: InterruptedBulk): Failure | undefined {
  const failure = describeFailure(cause);
  if (!failure) return undefined;
  return {
    ...failure,
    message: `${failure.message}\n  Done before that: ${countJobs(changedCount)}; the same command goes on`,
    details: { ...failure.details, changed: changedCount },
  };
}

function describeHowdahError({ code, message, fields, details }: HowdahError): Failure {
  const unsaid = fields.filter((field) => !message.includes(field.message));
  const names = Object.entries(details).map(([name, value]) => [toSnakeCase(name), value] as const);
  return {
    exitCode: 1,
    code,
    message: [message, ...unsaid.map(({ field, message: text }) => `  ${field}: ${text}`)].join('\n'),
    errors: fields,
    ...(names.length > 0 ? { details: Object.fromEntries(names) } : {}),
  };
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

interface CodedError extends Error {
  code: string;
  hint?: string;
}

/** Postgres and Node give their errors a code; drizzle wraps them. */
function findCoded(error: unknown): CodedError | undefined {
  return [...causesOf(error, { withMembers: false })].find(
    (each): each is CodedError =>
      each instanceof Error &&
      'code' in each &&
      typeof each.code === 'string' &&
      !each.code.startsWith('ERR_'),
  );
}

function describeCoded(error: CodedError): Failure {
  const { code, message, hint } = error;
  const lines = [message, hint, adviseOn(code)].filter((line) => line !== undefined);
  return {
    exitCode: 1,
    code: isDatabaseUnavailable(error) ? 'unavailable' : isSqlState(code) ? 'database' : 'failed',
    message: lines.join('\n  '),
    details: isSqlState(code) ? { sqlstate: code } : { errno: code },
  };
}

function adviseOn(code: string): string | undefined {
  if (NOT_INSTALLED.has(code)) {
    return 'If this is not your own statement, Howdah is not installed here at this version: npx howdah doctor tells';
  }
  return code === NOT_GRANTED
    ? 'The role of DATABASE_URL may not do that: docs/cli.md has who may do what'
    : undefined;
}
