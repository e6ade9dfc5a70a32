import { kindOf } from './kind-of.ts';
import { refuseUnknown } from './refuse-unknown.ts';

/**
 * Milliseconds to wait after a job's `attempt`-th run (from 1) failed with `error`. Below 0 counts as 0; what is not a
 * number, or throws, is replaced by the default.
 */
export type RetryDelay = (attempt: number, error: Error) => number;

/**
 * The default: asynq's formula, n^4 + 15 + rand(0..29) * (n + 1) seconds with n = attempt - 1.
 *
 * | after run | wait            |
 * | --------- | --------------- |
 * | 1         | 15 to 44 s      |
 * | 2         | 16 to 74 s      |
 * | 3         | 31 to 118 s     |
 * | 4         | 96 to 212 s     |
 * | 25        | about 3.84 days |
 *
 * Source: asynq server.go, DefaultRetryDelayFunc. The same formula stands in src/db/sql/run/retry_delay.sql.
 *
 * @param random a number in [0, 1). @default Math.random()
 */
export function asynqDelay(attempt: number, _error?: Error, random = Math.random()): number {
  const failures = attempt - 1;
  return (failures ** 4 + 15 + Math.floor(random * 30) * (failures + 1)) * 1000;
}

/** Always the same wait. `fixedDelay(5_000)`: 5 s after every run. */
export function fixedDelay(delayMs: number): RetryDelay {
  checkMilliseconds({ delayMs });
  return () => delayMs;
}

/**
 * A wait that grows by the same step each time: attempt * stepMs, at most maxMs. `linearDelay(10_000, 25_000)`: 10 s,
 * 20 s, 25 s, 25 s, …
 *
 * @param maxMs @default 3_600_000 (1 hour)
 */
export function linearDelay(stepMs: number, maxMs = 3_600_000): RetryDelay {
  checkMilliseconds({ stepMs, maxMs });
  return (attempt) => Math.min(maxMs, attempt * stepMs);
}

export interface ExponentialDelayOptions {
  /** Longest wait after the first run. @default 1_000 (1 s) */
  baseMs?: number;
  /** What the longest wait is multiplied by after each further run, 1 or more. @default 2 */
  factor?: number;
  /** Longest wait of all. @default 3_600_000 (1 hour) */
  maxMs?: number;
  /** Numbers in [0, 1). @default Math.random */
  random?: () => number;
}

/**
 * Exponential growth with full jitter: a wait chosen evenly between 0 and min(maxMs, baseMs * factor^(attempt - 1)), so
 * that jobs which failed together do not come back together. With the defaults:
 *
 * | after run | wait         | on average |
 * | --------- | ------------ | ---------- |
 * | 1         | 0 to 1 s     | 0.5 s      |
 * | 2         | 0 to 2 s     | 1 s        |
 * | 3         | 0 to 4 s     | 2 s        |
 * | 10        | 0 to 512 s   | 256 s      |
 * | 13 and on | 0 to 3,600 s | 1,800 s    |
 *
 * Source: "Exponential Backoff And Jitter", AWS Architecture Blog, the variant called Full Jitter.
 */
export function exponentialDelay(options: ExponentialDelayOptions = {}): RetryDelay {
  refuseUnknown('exponentialDelay', options, ['baseMs', 'factor', 'maxMs', 'random']);
  const { baseMs = 1_000, factor = 2, maxMs = 3_600_000, random = Math.random } = options;
  checkMilliseconds({ baseMs, maxMs });
  if (!(factor >= 1)) throw new RangeError(`factor: expected 1 or more, received ${factor}`);
  if (typeof random !== 'function')
    throw new TypeError(`exponentialDelay: random: expected a function, received ${kindOf(random)}`);
  return (attempt) => random() * Math.min(maxMs, baseMs * factor ** (attempt - 1));
}

function checkMilliseconds(settings: Record<string, number>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (Number.isFinite(value) && value >= 0) continue;
    throw new RangeError(`${name}: expected 0 or more milliseconds, received ${value}`);
  }
}
