import { z } from '@hono/zod-openapi';

const EXPECTED = { error: 'expected an instant with its offset, e.g. 2026-11-21T08:00:00Z' };
const EARLIEST_MS = Date.UTC(1900, 0, 1);
const LATEST_MS = Date.UTC(9999, 11, 31);

/** An instant in a request, as a Date. Years 1900 to 9999. */
export const instant = z.iso
  .datetime({ offset: true, ...EXPECTED })
  .refine((value) => Date.parse(value) >= EARLIEST_MS && Date.parse(value) <= LATEST_MS, EXPECTED)
  .transform((value) => new Date(value))
  .openapi({ type: 'string', format: 'date-time', example: '2026-11-21T08:00:00Z' });

/** An instant in an answer. */
export const answeredInstant = z.iso.datetime();
