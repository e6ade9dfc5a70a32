import type { RunOnBoard } from './runs-board.ts';

/** What a run that blocks the loop gets beyond its time limit, which cannot end it: as one that ignores its signal. */
const GRACE_MS = 10_000;

/** Longest block that is borne, whatever the runs' limits: the default time limit of a run. */
const LONGEST_MS = 30 * 60_000;

/**
 * When a blocked event loop is blocked for good, so that its process has to be ended from outside; an instant of the
 * clock that the board has. Which of the runs blocks it cannot be told, so it is when the last of them is over its limit.
 *
 * @param sinceMs when the block began
 */
export function endOfPatience(runs: readonly RunOnBoard[], sinceMs: number): number {
  const limits = runs.map(({ endsAt }) => endsAt + GRACE_MS);
  return Math.min(sinceMs + LONGEST_MS, limits.length > 0 ? Math.max(...limits) : Number.POSITIVE_INFINITY);
}
