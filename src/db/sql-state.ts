import { findServerError } from './server-error.ts';

/** What a statement ends with that waited too long for a lock. */
export const LOCK_NOT_AVAILABLE = '55P03';

/** The SQLSTATE that the server gave, whoever wraps its error. Undefined for any other error. */
export function sqlStateOf(error: unknown): string | undefined {
  return findServerError(error)?.sqlState;
}
