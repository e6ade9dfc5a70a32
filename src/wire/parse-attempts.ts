import type { JobFilter } from '../look/job-filter.ts';

const MOST = 32_767;

type AttemptRange = Pick<JobFilter, 'attemptsAbove' | 'attemptsBelow'>;

/** What `parseAttempts` takes, in words. */
export const ATTEMPTS_FORM = 'a whole number 0 to 32767, with >, >=, < or <= before it or alone';

/** How many runs jobs had, as people write it: `3`, `>3`, `>=3`, `<3`, `<=3`; undefined for anything else. */
export function parseAttempts(text: string): AttemptRange | undefined {
  const [, sign = '', digits] = /^(>=?|<=?)?(\d{1,5})$/.exec(text) ?? [];
  if (digits === undefined || Number(digits) > MOST) return undefined;
  const count = Number(digits);
  if (sign.startsWith('>')) return sign === '>' ? { attemptsAbove: count } : above(count - 1);
  if (sign.startsWith('<')) return { attemptsBelow: sign === '<' ? count : count + 1 };
  return { ...above(count - 1), attemptsBelow: count + 1 };
}

/** Such a range in as few words as it has, each of which `parseAttempts` takes; none for no range. */
export function formatAttempts({ attemptsAbove, attemptsBelow }: AttemptRange): string[] {
  const only = (attemptsBelow ?? 0) - 1;
  if (attemptsBelow !== undefined && (attemptsAbove ?? -1) === only - 1) return [String(only)];
  return [
    ...(attemptsAbove === undefined ? [] : [`>${attemptsAbove}`]),
    ...(attemptsBelow === undefined ? [] : [`<${attemptsBelow}`]),
  ];
}

/** More than -1 is any. */
function above(count: number): AttemptRange {
  return count < 0 ? {} : { attemptsAbove: count };
}
