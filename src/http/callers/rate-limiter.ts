/** So many calls in a window of time. */
export interface RateLimit {
  /** At least 1. */
  limit: number;
  windowMs: number;
}

export interface RateLimiterOptions extends RateLimit {
  /** Milliseconds since the epoch. */
  clock: () => number;
  /** Keys remembered at once; beyond it the oldest window is forgotten, which bounds memory. @default 10_000 */
  maxKeys?: number;
}

/** What becomes of a call. */
export interface Count {
  /** Seconds the key must wait, at least 1; 0 when this call is within the limit and was counted. */
  secondsToWait: number;
  /** Takes the count back, as of a call that turned out to be none. */
  giveBack(): void;
}

export type RateLimiter = (key: string) => Count;

interface Window {
  count: number;
  endsAt: number;
}

/** Counts calls by key in fixed windows that begin with a key's first call. */
export function createRateLimiter({
  limit,
  windowMs,
  clock,
  maxKeys = 10_000,
}: RateLimiterOptions): RateLimiter {
  const windows = new Map<string, Window>();
  return (key) => {
    const now = clock();
    forgetEnded(windows, now);
    const window = windows.get(key) ?? openWindow(windows, key, { endsAt: now + windowMs, maxKeys });
    if (window.count >= limit) return { secondsToWait: secondsUntil(window.endsAt, now), giveBack() {} };
    window.count += 1;
    return {
      secondsToWait: 0,
      giveBack: () => {
        window.count -= 1;
      },
    };
  };
}

function secondsUntil(endsAt: number, now: number): number {
  return Math.max(1, Math.ceil((endsAt - now) / 1000));
}

/** A map iterates in order of insertion and all windows are equally long, so those that ended come first. */
function forgetEnded(windows: Map<string, Window>, now: number): void {
  for (const [key, window] of windows) {
    if (window.endsAt > now) return;
    windows.delete(key);
  }
}

function openWindow(
  windows: Map<string, Window>,
  key: string,
  { endsAt, maxKeys }: { endsAt: number; maxKeys: number },
): Window {
  const [oldest] = windows.keys();
  if (windows.size >= maxKeys && oldest !== undefined) windows.delete(oldest);
  const window = { count: 0, endsAt };
  windows.set(key, window);
  return window;
}
