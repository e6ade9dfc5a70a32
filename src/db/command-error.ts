import { HowdahError } from '../errors.ts';
import { refusalOf } from './refusal.ts';
import { findServerError } from './server-error.ts';

/** Class 22: a value that Postgres cannot hold, such as a date before its calendar; 54001: JSON nested too deeply. */
const BAD_VALUE = /^(22|54001)/;

/**
 * What `work` returns.
 *
 * @throws {HowdahError} for what the database refused; anything else unchanged
 */
export async function translatingErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translate(error);
  }
}

function translate(error: unknown): unknown {
  if (error instanceof HowdahError) return error;
  const raised = findServerError(error);
  if (raised && BAD_VALUE.test(raised.sqlState))
    return new HowdahError('invalid_request', { detail: raised.message, cause: error });
  return refusalOf(error) ?? error;
}
