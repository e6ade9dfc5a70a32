const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** A length of time as people say it, in its one or two largest units: `2d 3h`, `5m`, `0.4s`. */
export function describeDuration(durationMs: number): string {
  if (durationMs < 10_000) return `${Math.round(durationMs / 100) / 10}s`;
  const [first, second] = UNITS.flatMap(([unit, unitMs], index) => {
    const count = Math.floor((durationMs % (UNITS[index - 1]?.[1] ?? Number.POSITIVE_INFINITY)) / unitMs);
    return [{ unit, count }];
  }).filter(({ count }, index, all) => count > 0 || all.slice(0, index).some((each) => each.count > 0));
  const text = first ? `${first.count}${first.unit}` : '0s';
  return second && second.count > 0 && first && first.count < 10
    ? `${text} ${second.count}${second.unit}`
    : text;
}

/** An instant seen from now: `3m ago`, `in 2h`; `-` for none. */
export function describeInstant(at: Date | null, now = Date.now()): string {
  if (at === null) return '-';
  const aheadMs = at.getTime() - now;
  return aheadMs > 0 ? `in ${describeDuration(aheadMs)}` : `${describeDuration(-aheadMs)} ago`;
}

/** Both ways, for a single one. */
export function describeExactly(at: Date | null): string {
  return at === null ? '-' : `${at.toISOString()} (${describeInstant(at)})`;
}
