import { setTimeout as sleep } from 'node:timers/promises';
import type { SqlClient } from '../db/sql-client.ts';
import { readLiveIds } from './live-ids.ts';

const LOOK_INTERVAL_MS = 100;

/** Who slows down looks after so much of what they have waited, and after this at the latest. */
const SLOWNESS = 0.1;
const SLOWEST_MS = 1_000;

export interface WaitLimits {
  /** Milliseconds. @default as long as it takes */
  waitMs?: number;
  signal: AbortSignal;
}

interface Waiter {
  id: string;
  sinceMs: number;
  lookedMs: number;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Tells when jobs end. Looks at the database ten times a second while anybody waits, with one query for all who do, and
 * holds no connection in between.
 */
export class EndWatch {
  readonly #db: SqlClient;
  readonly #slowsDown: boolean;
  readonly #waiters = new Set<Waiter>();
  #isLooking = false;

  /** @param slowsDown looks less often for who has waited for long, down to once a second. @default false */
  constructor(db: SqlClient, { slowsDown = false }: { slowsDown?: boolean } = {}) {
    this.#db = db;
    this.#slowsDown = slowsDown;
  }

  /**
   * Resolves when the job has ended or is gone, when the time is up, or when the signal fires.
   *
   * @throws what the database threw at the look
   */
  async untilEnd(id: string, { waitMs, signal }: WaitLimits): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { id, sinceMs: performance.now(), lookedMs: Number.NEGATIVE_INFINITY, resolve, reject };
    const stop = () => resolve();
    const timer = waitMs === undefined ? undefined : setTimeout(stop, waitMs);
    signal.addEventListener('abort', stop);
    this.#waiters.add(waiter);
    if (!this.#isLooking) void this.#look();
    await promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      this.#waiters.delete(waiter);
    });
  }

  async #look(): Promise<void> {
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
      const live = await readLiveIds(this.#db, [...new Set(waiters.map(({ id }) => id))]);
      for (const { id, resolve } of waiters) if (!live.has(id)) resolve();
    } catch (error) {
      for (const { reject } of waiters) reject(error);
    }
  }
}
