import { z } from '@hono/zod-openapi';
import { isInstant } from '../../db/calendar.ts';

const EXAMPLE = '2026-11-21T08:00:00Z';
const OF_OUR_YEARS = { error: `expected an instant of the years 1 to 9999 in UTC, e.g. ${EXAMPLE}` };

/** Its form, but for a day or time that there is not. */
const FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const LONG_YEAR = /^[+-]?\d{5,}-\d\d-\d\dT/;
/** What a query makes of `+01:00`. */
const LOST_PLUS = /T[\d:.]+ \d\d:\d\d$/;

/** An instant in a request, as a Date. Years 1 to 9999. */
export const instant = z.iso
  .datetime({ offset: true, error: ({ input }) => expectationFor(String(input)) })
  .refine((value) => isInstant(new Date(value)), { ...OF_OUR_YEARS, abort: true })
  .transform((value) => new Date(value))
  .openapi({ type: 'string', format: 'date-time', example: EXAMPLE });

/** An instant in an answer. */
export const answeredInstant = z.iso.datetime();

function expectationFor(input: string): string {
  if (LONG_YEAR.test(input)) return OF_OUR_YEARS.error;
  if (FORM.test(input)) return `expected a day and a time that there are, e.g. ${EXAMPLE}`;
  const lost = LOST_PLUS.test(input) ? ' (a + in an address is written %2B)' : '';
  return `expected an instant with its offset, e.g. ${EXAMPLE}${lost}`;
}
