import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../../errors/describe-error.ts';
import { exponentialDelay } from '../../tasks/retry-delay.ts';

const LONGEST_PAUSE_MS = 4_000;

/** A runner that was at work for so long was none that the database refuses. */
const LASTING_MS = LONGEST_PAUSE_MS;

/** Causes that are remembered as told; should each be another, they do not pile up. */
const MAX_TOLD = 20;

/** Half the longest pause and more, so that the processes of a fleet do not come back all at once. */
const pauseMs = exponentialDelay({
  baseMs: 250,
  maxMs: LONGEST_PAUSE_MS,
  random: () => 1 - Math.random() / 2,
});

/**
 * Paces the starts of a queue's runners: one that lasted is replaced at once; after those that were refused, or left as soon as they
 * were there, the pause doubles from a quarter of a second to four.
 */
export class Restarts {
  readonly #told = new Set<string>();
  #failureCount = 0;
  #beganAt = Number.POSITIVE_INFINITY;
  #notBefore = 0;

  /** When a runner may be started; at once when `signal` fires. */
  async turn(signal: AbortSignal): Promise<void> {
    const ms = this.#notBefore - performance.now();
    if (ms > 0) await delay(ms, undefined, { signal }).catch(() => {});
  }

  /** A runner was started. */
  began(): void {
    this.#beganAt = performance.now();
  }

  /** One was refused, or left by itself. @returns whether its cause is to be told: it was not, since the last that lasted */
  failed(error: unknown): boolean {
    if (performance.now() - this.#beganAt >= LASTING_MS) this.#forgive();
    else this.#notBefore = performance.now() + pauseMs(++this.#failureCount, error as Error);
    this.#beganAt = Number.POSITIVE_INFINITY;
    return this.#isNews(describeError(error).message);
  }

  #forgive(): void {
    this.#failureCount = 0;
    this.#notBefore = 0;
    this.#told.clear();
  }

  #isNews(cause: string): boolean {
    if (this.#told.has(cause)) return false;
    if (this.#told.size >= MAX_TOLD) this.#told.clear();
    this.#told.add(cause);
    return true;
  }
}
