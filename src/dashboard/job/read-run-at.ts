import { readInstant } from '../../wire/read-instant.ts';
import { duration } from '../../wire/schemas/duration.ts';
import { wrongField } from '../shell/page-error.ts';
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
    throw wrongField('at', { expected: ({ oneTime }) => oneTime, received: at ?? null });
  if (at === undefined) return new Date(now.getTime() + readAfter(after ?? ''));
  const instant = readInstant(at);
  if (!instant) throw wrongField('at', { expected: (texts) => texts.instant, received: at });
  return instant;
}

function readAfter(after: string): number {
  const parsed = AFTER.safeParse(after.trim().replace(/^\+/, ''));
  if (parsed.success) return parsed.data;
  throw wrongField('after', { expected: (texts) => texts.duration('3650d'), received: after });
}
