import { type ErrorCode, HowdahError } from '../errors.ts';
import { findServerError } from './server-error.ts';

/** The SQLSTATEs that Howdah's SQL functions raise, as the service's error codes. */
const CODES: Record<string, ErrorCode> = {
  HWJOB: 'job_not_found',
  HWSTA: 'wrong_state',
  HWQUE: 'unknown_queue',
  HWTSK: 'unknown_task',
  HWOPT: 'invalid_options',
  HWPAY: 'invalid_payload',
  HWAPP: 'application_conflict',
  HWNOA: 'unknown_application',
};

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
  const raised = error instanceof HowdahError ? undefined : findServerError(error);
  if (!raised) return error;
  if (BAD_VALUE.test(raised.sqlState))
    return new HowdahError('invalid_request', { detail: raised.message, cause: error });
  const code = CODES[raised.sqlState];
  if (!code) return error;
  const hint = raised.hint ? ` (${raised.hint})` : '';
  return new HowdahError(code, { detail: `${raised.message}${hint}`, cause: error });
}
