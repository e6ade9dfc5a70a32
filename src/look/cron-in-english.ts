import { type CronPart, cronParts } from './cron-parts.ts';

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September'],
  ...['October', 'November', 'December'],
];

/** A cron expression in words, such as `at 04:30 on Monday`; the expression itself when it is none. Times are UTC. */
export function cronInEnglish(cron: string): string {
  const parts = cronParts(cron);
  if (parts === undefined) return cron;
  const isEveryDay = parts.length === 1 && parts[0]?.says === 'times';
  return [...parts.map(inEnglish), ...(isEveryDay ? ['every day'] : [])].join(' ');
}

function inEnglish(part: CronPart): string {
  switch (part.says) {
    case 'every_minute':
      return 'every minute';
    case 'every_minutes':
      return `every ${part.step} minutes`;
    case 'minutes':
      return `at ${minutes(part.minutes)} of every hour`;
    case 'times':
      return `at ${list(part.times)}`;
    case 'minutes_of_hours':
      return `at ${minutes(part.minutes)} of ${hours(part.hours)}`;
    case 'every_minutes_of_hours':
      return `every ${part.step === 1 ? 'minute' : `${part.step} minutes`} in ${hours(part.hours)}`;
    case 'weekdays':
      return `on ${weekdays(part.weekdays)}`;
    case 'dates':
      return `on ${dates(part.dates)}`;
    case 'dates_or_weekdays':
      return `on ${dates(part.dates)} and on ${weekdays(part.weekdays)}`;
    case 'months':
      return `in ${list(runs(part.months).map((run) => span(run, (month) => MONTHS[month - 1] ?? '')))}`;
  }
}

function minutes(numbers: number[]): string {
  return `minute ${list(runs(numbers).map((run) => span(run, String)))}`;
}

function hours(numbers: number[]): string {
  return `${numbers.length === 1 ? 'hour' : 'hours'} ${list(runs(numbers).map((run) => span(run, String)))}`;
}

function dates(numbers: number[]): string {
  return `the ${list(runs(numbers).map((run) => span(run, ordinal)))}`;
}

function weekdays(numbers: number[]): string {
  return list(runs(numbers).map((run) => span(run, (day) => WEEKDAYS[day] ?? '')));
}

/** Neighbours together: 1, 2, 3, 5 are 1 to 3 and 5. Two are no run. */
function runs(numbers: number[]): number[][] {
  const found: number[][] = [];
  for (const number of numbers) {
    const run = found.at(-1);
    if (run?.at(-1) === number - 1) run.push(number);
    else found.push([number]);
  }
  return found.flatMap((run) => (run.length === 2 ? run.map((number) => [number]) : [run]));
}

function span(run: number[], name: (number: number) => string): string {
  const [first = 0] = run;
  const last = run.at(-1) ?? first;
  return first === last ? name(first) : `${name(first)} to ${name(last)}`;
}

function list(texts: string[]): string {
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}

function ordinal(number: number): string {
  const isTeen = number > 10 && number < 14;
  return `${number}${(isTeen ? undefined : ['th', 'st', 'nd', 'rd'][number % 10]) ?? 'th'}`;
}
