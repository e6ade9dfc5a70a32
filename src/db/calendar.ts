import { textOf } from '../errors/read-text.ts';
import { HowdahError } from '../errors.ts';

const EARLIEST_MS = Date.parse('0001-01-01T00:00:00Z');
const AFTER_LATEST_MS = Date.parse('+010000-01-01T00:00:00Z');

/** Whether it is an instant that Postgres and all clients write alike: a valid Date of the years 1 to 9999, in UTC. */
export function isInstant(value: unknown): value is Date {
  return value instanceof Date && value.getTime() >= EARLIEST_MS && value.getTime() < AFTER_LATEST_MS;
}

/**
 * The instant as a statement takes it.
 *
 * @throws {HowdahError} `invalid_request`, naming the field, for what is none
 */
export function writeInstant(at: Date, field: string): string {
  if (isInstant(at)) return at.toISOString();
  const message = `expected a valid Date of the years 1 to 9999, received ${describeInstant(at)}`;
  throw new HowdahError('invalid_request', {
    detail: `${field}: ${message}`,
    fields: [{ field, message }],
  });
}

/** A Date that is none has no ISO form. */
export function describeInstant(value: unknown): string {
  const isValid = value instanceof Date && !Number.isNaN(value.getTime());
  return isValid ? value.toISOString() : textOf(value);
}
