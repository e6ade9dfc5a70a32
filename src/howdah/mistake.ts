import { describeInstant } from '../db/calendar.ts';
import { HowdahError } from '../errors.ts';

const LONGEST_TOLD = 80;

/** `invalid_request`, naming what was given wrongly. */
export function mistake(field: string, message: string): HowdahError {
  return new HowdahError('invalid_request', { detail: `${field}: ${message}`, fields: [{ field, message }] });
}

/** The same of a value that is not what was expected. */
export function unexpected(field: string, expected: string, received: unknown): HowdahError {
  return mistake(field, `expected ${expected}, received ${describe(received)}`);
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string')
    return JSON.stringify(value.length > LONGEST_TOLD ? `${value.slice(0, LONGEST_TOLD)}…` : value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null && !(value instanceof Date)
    ? 'an object'
    : describeInstant(value);
}
