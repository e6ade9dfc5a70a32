/** A hundred years of 365 days: what is further off is a unit mistaken for another. `howdah.is_duration` says the same in SQL. */
export const MAX_DURATION_MS = 36_500 * 86_400_000;

/**
 * The same number.
 *
 * @throws {RangeError} unless it is 0 to 100 years in milliseconds
 */
export function checkDelay(delayMs: unknown): number {
  if (typeof delayMs === 'number' && delayMs >= 0 && delayMs <= MAX_DURATION_MS) return delayMs;
  const received = typeof delayMs === 'number' ? String(delayMs) : `a ${typeof delayMs}`;
  throw new RangeError(`delayMs: expected 0 to 100 years in ms, received ${received}`);
}
