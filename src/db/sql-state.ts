import { findServerError } from './server-error.ts';

/** The SQLSTATE that the server gave, whoever wraps its error. Undefined for any other error. */
export function sqlStateOf(error: unknown): string | undefined {
  return findServerError(error)?.sqlState;
}
