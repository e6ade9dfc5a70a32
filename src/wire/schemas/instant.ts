import { z } from '@hono/zod-openapi';
import { INSTANT_FORM, readInstant } from '../read-instant.ts';

const EXAMPLE = '2026-11-21T08:00:00Z';
const OF_OUR_YEARS = `expected an instant of the years 1 to 9999 in UTC, e.g. ${EXAMPLE}`;

/** Its form, but for a day or time that there is not. */
const FORM = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;
const LONG_YEAR = /^[+-]?\d{5,}-\d\d-\d\d/;
/** At the edges of the calendar, an offset leads out of it. */
const EDGE = /^(0000|0001-01-01|9999-12-31)/;
/** What a query makes of `+01:00`. */
const LOST_PLUS = /T[\d:.]+ \d\d:\d\d$/;

const WITHOUT_OFFSET = /^\d{4}-\d\d-\d\d([T ][\d:.]+)?$/;

/** An instant to look by, as a Date. Years 1 to 9999; in UTC where it has no offset. */
export const instant = instantBut(() => undefined);

/**
 * An instant at which something is to happen, as a Date: with its offset. Whose clock is meant by one without may not be guessed, as a
 * job an hour early cannot be taken back.
 */
export const exactInstant = instantBut((text) =>
  WITHOUT_OFFSET.test(text) ? `expected an instant with its offset, e.g. ${EXAMPLE}` : undefined,
);

/** An instant in a request. @param mistakeIn what else is wrong with what can be read */
function instantBut(mistakeIn: (text: string) => string | undefined) {
  return z
    .string({ error: ({ input }) => expectationFor(typeof input === 'string' ? input : '') })
    .transform((text, context) => {
      const at = readInstant(text);
      const message = at ? mistakeIn(text) : expectationFor(text);
      if (at && message === undefined) return at;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .openapi({ type: 'string', format: 'date-time', example: EXAMPLE });
}

/** An instant in an answer. */
export const answeredInstant = z.iso.datetime();

function expectationFor(input: string): string {
  if (LONG_YEAR.test(input) || (FORM.test(input) && EDGE.test(input))) return OF_OUR_YEARS;
  if (FORM.test(input)) return `expected a day and a time that there are, e.g. ${EXAMPLE}`;
  const lost = LOST_PLUS.test(input) ? ' (a + in an address is written %2B)' : '';
  return `expected ${INSTANT_FORM}${lost}`;
}
