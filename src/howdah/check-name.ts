import { isStorable } from '../tasks/unstorable-text.ts';
import { unexpected } from './mistake.ts';

/** The greatest bigint of Postgres. */
const GREATEST_ID = 9_223_372_036_854_775_807n;

/**
 * The id as a text. An id that is undefined would be that of no job.
 *
 * @throws {HowdahError} `invalid_request` for what is no id
 */
export function checkJobId(id: unknown): string {
  if (isJobId(id)) return String(id);
  throw unexpected('id', 'the id of a job: a positive whole number', id);
}

/** Whether it is a text, or a number that says what one would. */
export function isJobId(id: unknown): boolean {
  const isExact = typeof id === 'string' || typeof id === 'bigint' || Number.isSafeInteger(id);
  return isExact && /^[1-9]\d{0,18}$/.test(String(id)) && BigInt(String(id)) <= GREATEST_ID;
}

/** @throws {HowdahError} `invalid_request` for what cannot be the name of a queue or source; whether there is one is not looked at */
export function checkName(name: unknown, field: string): void {
  if (typeof name !== 'string' || !isStorable(name)) throw unexpected(field, 'a name', name);
}
