import { isInstant } from '../db/calendar.ts';

/** A day, a time behind it if need be, and an offset behind that. */
const FORM =
  /^(\d{4}-\d\d-\d\d)(?:[T ]([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?)?$/;

/** What it may look like, for whoever wrote something else. */
export const INSTANT_FORM =
  'an instant, e.g. 2026-11-21T08:00:00Z, or 2026-11-21 for the begin of a day in UTC';

/**
 * The instant that somebody wrote: `2026-11-21T08:00:00+01:00`, without seconds, or with a space for the T. Without an offset it is in UTC, and a day alone is its begin.
 *
 * @returns undefined for what is none: another form, a day that there is not, a year before 1 or after 9999
 */
export function readInstant(text: string): Date | undefined {
  const [whole, day = '', hour, offset] = FORM.exec(text) ?? [];
  if (whole === undefined || !isDay(day)) return undefined;
  const at = new Date(
    hour === undefined || offset !== undefined ? whole.replace(' ', 'T') : `${whole.replace(' ', 'T')}Z`,
  );
  return isInstant(at) ? at : undefined;
}

/** What JavaScript reads of 31 February is a day in March. */
function isDay(day: string): boolean {
  const at = new Date(day);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}
