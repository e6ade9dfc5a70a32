import { setTimeout as sleep } from 'node:timers/promises';
import { queryRows, type SqlClient } from '../../db/sql-client.ts';

const LOOK_INTERVAL_MS = 100;

const DUE = 'select q as queue from unnest($1::text[]) q where howdah.has_due_jobs(q)';

export interface WaitLimits {
  /** Milliseconds. */
  waitMs: number;
  signal: AbortSignal;
}

interface Waiter {
  queue: string;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Tells when a queue has jobs to take. Looks at the database ten times a second while anybody waits, with one statement for all
 * who do, and holds no connection in between.
 */
export class DueWatch {
  readonly #db: SqlClient;
  readonly #waiters = new Set<Waiter>();
  #isLooking = false;

  constructor(db: SqlClient) {
    this.#db = db;
  }

  /**
   * Resolves when the queue hands out a job, of whatever task; when the time is up, or when the signal fires.
   *
   * @throws what the database threw at the look
   */
  async untilDue(queue: string, { waitMs, signal }: WaitLimits): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { queue, resolve, reject };
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
      await sleep(LOOK_INTERVAL_MS);
      await this.#lookOnce([...this.#waiters]);
    }
    this.#isLooking = false;
  }

  async #lookOnce(waiters: readonly Waiter[]): Promise<void> {
    if (waiters.length === 0) return;
    try {
      const queues = [...new Set(waiters.map(({ queue }) => queue))];
      const due = await queryRows<{ queue: string }>(this.#db, DUE, [queues]);
      const names = new Set(due.map(({ queue }) => queue));
      for (const { queue, resolve } of waiters) if (names.has(queue)) resolve();
    } catch (error) {
      for (const { reject } of waiters) reject(error);
    }
  }
}
