import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_INTERVAL_MS = 100;

/** Who slows down looks after so much of what they have waited, and after this at the latest. */
const SLOWNESS = 0.1;
const SLOWEST_MS = 1_000;

export interface WaitLimits {
  /** Milliseconds. @default as long as it takes */
  waitMs?: number;
  signal: AbortSignal;
}

/** Which of these it is so of by now: one statement, however many. */
export type Look = (names: readonly string[]) => Promise<ReadonlySet<string>>;

interface Waiter {
  name: string;
  sinceMs: number;
  lookedMs: number;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Tells when something has come to be so. Looks at the database ten times a second while anybody waits, once for all who do, and
 * holds no connection in between.
 */
export class Watch {
  readonly #look: Look;
  readonly #slowsDown: boolean;
  readonly #waiters = new Set<Waiter>();
  #isLooking = false;

  /** @param slowsDown looks less often for who has waited for long, down to once a second. @default false */
  constructor(look: Look, { slowsDown = false }: { slowsDown?: boolean } = {}) {
    this.#look = look;
    this.#slowsDown = slowsDown;
  }

  /**
   * Resolves when it is so of that name, when the time is up, or when the signal fires.
   *
   * @throws what the database threw at the look
   */
  async until(name: string, { waitMs, signal }: WaitLimits): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { name, sinceMs: performance.now(), lookedMs: Number.NEGATIVE_INFINITY, resolve, reject };
    const stop = () => resolve();
    const timer = waitMs === undefined ? undefined : setTimeout(stop, waitMs);
    signal.addEventListener('abort', stop);
    this.#waiters.add(waiter);
    if (!this.#isLooking) void this.#lookOn();
    await promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      this.#waiters.delete(waiter);
    });
  }

  async #lookOn(): Promise<void> {
    this.#isLooking = true;
    while (this.#waiters.size > 0) {
      await this.#lookOnce([...this.#waiters].filter((waiter) => this.#isDue(waiter)));
      await sleep(LOOK_INTERVAL_MS);
    }
    this.#isLooking = false;
  }

  #isDue({ sinceMs, lookedMs }: Waiter): boolean {
    if (!this.#slowsDown) return true;
    const nowMs = performance.now();
    return nowMs - lookedMs >= Math.min(SLOWEST_MS, (nowMs - sinceMs) * SLOWNESS);
  }

  async #lookOnce(waiters: Waiter[]): Promise<void> {
    if (waiters.length === 0) return;
    for (const waiter of waiters) waiter.lookedMs = performance.now();
    try {
      const found = await this.#look([...new Set(waiters.map(({ name }) => name))]);
      for (const { name, resolve } of waiters) if (found.has(name)) resolve();
    } catch (error) {
      for (const { reject } of waiters) reject(error);
    }
  }
}
