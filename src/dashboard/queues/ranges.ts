import type { ChartQuery } from '../../look/chart.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export type Range = 'hour' | 'day' | 'month';

/** How far charts go back, and what a point of them stands for. */
export const RANGES: Readonly<Record<Range, (now: Date) => Required<Pick<ChartQuery, 'since' | 'stepMs'>>>> =
  {
    hour: (now) => ({ since: before(now, HOUR_MS), stepMs: MINUTE_MS }),
    day: (now) => ({ since: before(now, DAY_MS), stepMs: 10 * MINUTE_MS }),
    month: (now) => ({ since: before(now, 30 * DAY_MS), stepMs: 6 * HOUR_MS }),
  };

/** The last hour unless another is asked for. */
export function rangeOf(asked: string | undefined): Range {
  return asked === 'day' || asked === 'month' ? asked : 'hour';
}

function before(now: Date, ms: number): Date {
  return new Date(now.getTime() - ms);
}
