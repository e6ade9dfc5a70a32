import type { Job } from 'graphile-worker';

/** The place of a job in the order in which a queue's jobs are taken. */
export interface Mark {
  readonly priority: number;
  /** To the millisecond, rounded down. */
  readonly runAt: Date;
}

/** From front to back at least so long after one another, and as long as so many of them take, but no longer than this. */
const MIN_REST_MS = 100;
const REST_FACTOR = 20;
const MAX_REST_MS = 2_000;

/**
 * Where in its queue a fetch begins to look. What was taken leaves its entry in the engine's index until vacuum has been there,
 * and a fetch from the front reads past all of them, 500 a job by the time that a backlog of 200,000 is gone; while somebody
 * keeps a transaction open it even looks each of their rows up. So after a fetch that brought as many jobs as it was asked for, the
 * next begins where that one has ended (`sinceMark` in engine-statement.ts says what it heeds nevertheless).
 *
 * What it passes over then came to stand before the mark later on: a job whose time is older than that of jobs which are taken
 * already, as it was given back, locked by somebody else, enqueued for a time gone by or in a transaction that took long. For
 * those one fetch in a while looks from the front, and at once each that follows one which brought less than was asked for. So none is
 * passed over for longer than two seconds and a fetch, and none waits beside a place that is free.
 */
export class Frontier {
  #mark: Mark | undefined;
  #fromFrontAt = 0;
  #condition = '';

  /**
   * Where the next fetch begins; undefined for the front.
   *
   * @param condition what else it heeds: what another one left may stand before the mark
   */
  next(condition: string): Mark | undefined {
    if (condition !== this.#condition || performance.now() >= this.#fromFrontAt) this.#mark = undefined;
    this.#condition = condition;
    return this.#mark;
  }

  /**
   * What a fetch brought that began where `next` had said, and how long it took.
   *
   * @returns whether one from the front may bring more at once
   */
  brought(rows: readonly Job[], { size, tookMs }: { size: number; tookMs: number }): boolean {
    const wasFromFront = this.#mark === undefined;
    if (wasFromFront) {
      const restMs = Math.min(Math.max(MIN_REST_MS, REST_FACTOR * tookMs), MAX_REST_MS);
      this.#fromFrontAt = performance.now() + restMs;
    }
    const isShort = rows.length < size;
    this.#mark = isShort ? undefined : rows.reduce<Mark | undefined>(furthest, undefined);
    return isShort && !wasFromFront;
  }
}

/**
 * Undefined once one is at no instant, as `-infinity` is no `Date`, or before the year 1, which Postgres reads in no ISO text. As `pg`
 * writes a `Date`, in the process' zone, one of before zones had whole minutes would be up to a minute off.
 */
function furthest(mark: Mark | undefined, { priority, run_at: runAt }: Job, index: number): Mark | undefined {
  if (!(runAt instanceof Date) || runAt.getUTCFullYear() < 1 || (index > 0 && !mark)) return undefined;
  const isFurther = !mark || priority > mark.priority || (priority === mark.priority && runAt > mark.runAt);
  return isFurther ? { priority, runAt } : mark;
}
