import { HowdahError } from '../../errors.ts';
import { readInstant } from '../../wire/read-instant.ts';
import { duration } from '../../wire/schemas/duration.ts';
import type { Form } from '../shell/take-command.ts';

const YEAR_MS = 365 * 86_400_000;
const AFTER = duration(10 * YEAR_MS, '15m');

/**
 * When a form says that a job shall run: `at`, an instant as `datetime-local` has it, in UTC, or `after`, a duration from now on, with or
 * without a plus.
 *
 * @throws {HowdahError} `invalid_request` for neither, both, and what is none
 */
export function readRunAt(form: Form, now: Date): Date {
  const [at, after] = [form.optional('at'), form.optional('after')];
  if ((at === undefined) === (after === undefined))
    throw wrong('at', 'expected an instant or a duration, one of the two', at);
  if (at === undefined) return new Date(now.getTime() + readAfter(after ?? ''));
  const instant = readInstant(at);
  if (!instant) throw wrong('at', 'expected an instant in UTC, e.g. 2026-11-21T08:00', at);
  return instant;
}

function readAfter(after: string): number {
  const parsed = AFTER.safeParse(after.trim().replace(/^\+/, ''));
  if (parsed.success) return parsed.data;
  throw wrong('after', parsed.error.issues[0]?.message ?? 'expected a duration', after);
}

function wrong(field: string, expected: string, received: string | undefined): HowdahError {
  const message = `${expected}, received ${received === undefined ? 'nothing' : JSON.stringify(received)}`;
  return new HowdahError('invalid_request', { detail: `${field}: ${message}`, fields: [{ field, message }] });
}
