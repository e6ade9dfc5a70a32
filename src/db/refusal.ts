import { type ErrorCode, type FieldMistake, HowdahError } from '../errors.ts';
import { findServerError } from './server-error.ts';

/** The SQLSTATEs that Howdah's SQL functions raise, as the service's error codes. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  HWJOB: 'job_not_found',
  HWSTA: 'wrong_state',
  HWQUE: 'unknown_queue',
  HWUSE: 'queue_in_use',
  HWSRC: 'unknown_source',
  HWTSK: 'unknown_task',
  HWOPT: 'invalid_options',
  HWPAY: 'invalid_payload',
  HWAPP: 'application_conflict',
  HWNOA: 'unknown_application',
  HWLEA: 'lease_lost',
  HWLST: 'run_lost',
  HWLIM: 'rate_limited',
};

/** What one of Howdah's SQL functions refused, whatever library wraps it; undefined for any other error. */
export function refusalOf(error: unknown): HowdahError | undefined {
  const raised = findServerError(error);
  const code = raised && CODES[raised.sqlState];
  if (!code) return undefined;
  const hint = raised.hint ? ` (${raised.hint})` : '';
  const fields = code === 'queue_in_use' ? namedField(raised.message) : [];
  return new HowdahError(code, { detail: `${raised.message}${hint}`, fields, cause: error });
}

/** That of "queue: expected one that nothing uses, received …". */
function namedField(text: string): FieldMistake[] {
  const [, field, message] = /^(\w+): (.*)$/s.exec(text) ?? [];
  return field === undefined || message === undefined ? [] : [{ field, message }];
}
