import { parse } from 'node:querystring';
import { isQueueName } from '../../tasks/define-task.ts';

const YEAR_MS = 366 * 86_400_000;
const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** What each option of a crontab's entry takes: the engine's forms, within what the columns of its tables hold. */
const EXPECTED: Readonly<Record<string, { words: string; fits: (value: string) => boolean }>> = {
  queue: { words: 'the name of a queue', fits: isQueueName },
  id: {
    words: 'a letter or _, then letters, digits, _ and -, at most 128',
    fits: (value) => /^[_a-zA-Z][-_a-zA-Z0-9]{0,127}$/.test(value),
  },
  fill: {
    words: 'a time such as 30m or 1d12h, at most 366d',
    fits: (value) => /^([0-9]+[smhdw])+$/.test(value) && toMilliseconds(value) <= YEAR_MS,
  },
  max: { words: 'a whole number from 1 to 32767', fits: isWholeNumber(1, 32_767) },
  priority: { words: 'a whole number from -32768 to 32767', fits: isWholeNumber(-32_768, 32_767) },
  jobKey: {
    words: '1 to 376 characters',
    fits: (value) => value.length > 0 && [...value].length <= 376 && !value.includes('\0'),
  },
  jobKeyMode: {
    words: 'replace or preserve_run_at',
    fits: (value) => value === 'replace' || value === 'preserve_run_at',
  },
};

/** Everything wrong with an entry's options: `queue=bulk&max=3`, without the question mark. */
export function findEntryMistakes(text: string): string[] {
  const options = parse(text);
  const mistakes = Object.entries(options).flatMap(([name, value]) => describeMistake(name, value));
  const isModeAlone = options['jobKeyMode'] !== undefined && options['jobKey'] === undefined;
  return isModeAlone ? [...mistakes, 'jobKeyMode: expected a jobKey beside it, received none'] : mistakes;
}

function describeMistake(name: string, value: string | string[] | undefined): string[] {
  const expected = Object.hasOwn(EXPECTED, name) ? EXPECTED[name] : undefined;
  if (!expected) return [`unknown option "${name}"; options: ${Object.keys(EXPECTED).join(', ')}`];
  if (Array.isArray(value)) return [`${name}: expected once, received ${value.length} times`];
  if (value !== undefined && expected.fits(value)) return [];
  return [`${name}: expected ${expected.words}, received ${JSON.stringify(value)}`];
}

function isWholeNumber(least: number, most: number): (value: string) => boolean {
  return (value) => /^-?[0-9]{1,6}$/.test(value) && Number(value) >= least && Number(value) <= most;
}

function toMilliseconds(phrase: string): number {
  const parts = [...phrase.matchAll(/([0-9]+)([smhdw])/g)];
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS_MS[unit] ?? 0), 0);
}
