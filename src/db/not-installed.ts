import { HowdahError } from '../errors.ts';
import { findServerError } from './server-error.ts';

/** Postgres has no such table, schema or function. */
const MISSING = new Set(['42P01', '3F000', '42883']);

export interface Place {
  /** Howdah's there. */
  schema: string;
  /** The database's name, if it is known. */
  database?: string | undefined;
}

/** Whether the error is that something of Howdah's own is missing, and not of the caller's. */
export function isNotInstalled(error: unknown, schema: string): boolean {
  const raised = findServerError(error);
  if (!raised || !MISSING.has(raised.sqlState)) return false;
  return new RegExp(`(^|[^\\w.])${schema}["».]`).test(raised.message);
}

/** What to tell of it: what is missing, where, and what to do. */
export function notInstalled(error: unknown, { schema, database }: Place): HowdahError {
  const missing = findServerError(error)?.message ?? '';
  const where = database === undefined ? 'the database' : `database ${database}`;
  return new HowdahError('not_installed', {
    detail: `${missing}: Howdah (schema ${schema}) is not in ${where}, or is of another version there; npx howdah migrate brings it up to date`,
    cause: error,
  });
}
