import { z } from '@hono/zod-openapi';
import { isInstant } from '../../db/calendar.ts';

const EXPECTED = { error: 'expected an instant with its offset, e.g. 2026-11-21T08:00:00Z' };
const OF_OUR_YEARS = {
  error: 'expected an instant of the years 1 to 9999 in UTC, e.g. 2026-11-21T08:00:00Z',
};

/** An instant in a request, as a Date. Years 1 to 9999. */
export const instant = z.iso
  .datetime({ offset: true, ...EXPECTED })
  .refine((value) => isInstant(new Date(value)), { ...OF_OUR_YEARS, abort: true })
  .transform((value) => new Date(value))
  .openapi({ type: 'string', format: 'date-time', example: '2026-11-21T08:00:00Z' });

/** An instant in an answer. */
export const answeredInstant = z.iso.datetime();
