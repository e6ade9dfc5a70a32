import type { Limit } from '../section.ts';

/** False for NaN: what was not measured meets nothing. */
export function isWithin(value: number, { atLeast, atMost }: Limit): boolean {
  return (
    (atLeast === undefined || value >= atLeast) &&
    (atMost === undefined || value <= atMost) &&
    !Number.isNaN(value)
  );
}

/** "at least 0.85". */
export function words({ atLeast, atMost }: Limit): string {
  const show = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 2 });
  const parts = [
    atLeast === undefined ? [] : [`at least ${show(atLeast)}`],
    atMost === undefined ? [] : [`at most ${show(atMost)}`],
  ];
  return parts.flat().join(' and ');
}
