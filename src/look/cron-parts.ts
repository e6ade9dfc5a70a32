/** Sunday is 0. */
export type Weekday = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/**
 * A part of what a cron expression says, to be put in words of any language one after the other: first the time of day, then
 * the days unless it is every day, then the months unless it is every month. Numbers are in order.
 */
export type CronPart =
  | { says: 'every_minute' }
  /** At each minute that the step divides, from the full hour on; the step divides 60. */
  | { says: 'every_minutes'; step: number }
  /** At these minutes of every hour. */
  | { says: 'minutes'; minutes: number[] }
  /** At these times, as `04:30`; 12 at most. */
  | { says: 'times'; times: string[] }
  /** At these minutes of each of these hours. */
  | { says: 'minutes_of_hours'; minutes: number[]; hours: number[] }
  /** All day, in these hours: at each minute that the step divides, 1 for every minute. */
  | { says: 'every_minutes_of_hours'; step: number; hours: number[] }
  | { says: 'weekdays'; weekdays: Weekday[] }
  | { says: 'dates'; dates: number[] }
  /** When either fits, as in every cron where both are restricted. */
  | { says: 'dates_or_weekdays'; dates: number[]; weekdays: Weekday[] }
  /** From 1. */
  | { says: 'months'; months: number[] };

const MOST_TIMES = 12;
const FIELDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;
const FIELD = /^(\*(\/\d{1,4})?|\d{1,4}(-\d{1,4})?)(,(\*(\/\d{1,4})?|\d{1,4}(-\d{1,4})?))*$/;

/**
 * What an expression of five fields says, in UTC, by the rules of the scheduler (src/db/sql/look/next_cron_run.sql).
 * Undefined for what is no such expression.
 */
export function cronParts(cron: string): CronPart[] | undefined {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== FIELDS.length || !fields.every((field) => FIELD.test(field))) return undefined;
  const [minutes = [], hours = [], dates = [], months = [], weekdays = []] = fields.map(valuesOf);
  if ([minutes, hours, dates, months, weekdays].some(({ length }) => length === 0)) return undefined;
  return [
    timeOf(minutes, hours),
    ...daysOf(dates, weekdays as Weekday[]),
    ...(months.length === 12 ? [] : [{ says: 'months', months } as const]),
  ];
}

/** As howdah.cron_values: in the field of weekdays 7 is Sunday too. None for a field that cron_mistake has something against. */
function valuesOf(field: string, place: number): number[] {
  const [low, high] = FIELDS[place] ?? [0, 0];
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const [from = '', step = '1'] = part.split('/');
    const [first = 0, last = first] = from === '*' ? [low, high] : from.split('-').map(Number);
    if (Number(step) === 0 || first < low || first > last || last > high) return [];
    for (let value = first; value <= last; value += Number(step)) values.add(place === 4 ? value % 7 : value);
  }
  return [...values].sort((a, b) => a - b);
}

function timeOf(minutes: number[], hours: number[]): CronPart {
  const step = stepOf(minutes);
  if (hours.length === 24) {
    if (step === 1) return { says: 'every_minute' };
    return step === undefined ? { says: 'minutes', minutes } : { says: 'every_minutes', step };
  }
  if (minutes.length * hours.length <= MOST_TIMES) {
    return {
      says: 'times',
      times: hours.flatMap((hour) => minutes.map((minute) => `${two(hour)}:${two(minute)}`)),
    };
  }
  return step === undefined
    ? { says: 'minutes_of_hours', minutes, hours }
    : { says: 'every_minutes_of_hours', step, hours };
}

/** The divisor of 60 whose multiples these are; undefined for others, and where there is one only. */
function stepOf(minutes: number[]): number | undefined {
  const step = 60 / minutes.length;
  const isEven = Number.isInteger(step) && minutes.every((minute, index) => minute === index * step);
  return isEven && minutes.length > 1 ? step : undefined;
}

function daysOf(dates: number[], weekdays: Weekday[]): CronPart[] {
  if (dates.length === 31) return weekdays.length === 7 ? [] : [{ says: 'weekdays', weekdays }];
  if (weekdays.length === 7) return [{ says: 'dates', dates }];
  return [{ says: 'dates_or_weekdays', dates, weekdays }];
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
