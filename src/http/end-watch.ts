import { setTimeout as sleep } from 'node:timers/promises';
import type { SqlClient } from '../db/sql-client.ts';
import { readLiveIds } from '../look/live-ids.ts';

const LOOK_INTERVAL_MS = 100;

interface Waiter {
  id: string;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Tells when jobs end. Looks at the database ten times a second while anybody waits, with one query for all who do, and
 * holds no connection in between.
 */
export class EndWatch {
  readonly #db: SqlClient;
  readonly #waiters = new Set<Waiter>();
  #isLooking = false;

  constructor(db: SqlClient) {
    this.#db = db;
  }

  /**
   * Resolves when the job has ended or is gone, when the time is up, or when the signal fires.
   *
   * @throws what the database threw at the look
   */
  async untilEnd(id: string, { waitMs, signal }: { waitMs: number; signal: AbortSignal }): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { id, resolve, reject };
    const stop = () => resolve();
    const timer = setTimeout(stop, waitMs);
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
      await this.#lookOnce([...this.#waiters]);
      await sleep(LOOK_INTERVAL_MS);
    }
    this.#isLooking = false;
  }

  async #lookOnce(waiters: Waiter[]): Promise<void> {
    try {
      const live = await readLiveIds(this.#db, [...new Set(waiters.map(({ id }) => id))]);
      for (const { id, resolve } of waiters) if (!live.has(id)) resolve();
    } catch (error) {
      for (const { reject } of waiters) reject(error);
    }
  }
}
