import type { Job, WorkerEvents } from 'graphile-worker';
import type { Pool, QueryConfig, QueryResult } from 'pg';
import { EXACT_TYPES } from '../../db/read-plainly.ts';
import { sinceMark, withLimit, withoutDetours, withoutRefused, withoutTasks } from './engine-statement.ts';
import { shareLock } from './fetched-rows.ts';
import { Frontier } from './frontier.ts';
import type { Prefetch } from './prefetch.ts';
import type { Refusals } from './refusals.ts';
import type { Tally } from './tally.ts';

/** Fetched jobs that have not begun after so long go back, for others to take. */
export const HELD_MS = 1_000;

/**
 * A fetch that leaves tasks to others reads over all their jobs, and a million of them may wait. When it brought none, the next
 * comes after so many times what it took.
 */
const REST_FACTOR = 20;

/** The part of the engine's local queue that is asked here. */
export interface FetchingQueue {
  /** The engine's workers that wait for a job. */
  readonly workerQueue: readonly unknown[];
  /** `TTL_EXPIRED` when it gives back what was held too long. */
  readonly mode: string;
  /** Has it fetch, unless it does or has jobs. */
  pulse(count: number): void;
}

/** Tasks whose runs could not begin now: their jobs are left to others. */
export interface ShutTasks {
  readonly shutTasks: readonly string[];
  readonly areAllShut: boolean;
}

export interface FetchingOptions {
  pool: Pool;
  prefetch: Prefetch;
  refusals: Refusals;
  /** Runs that may begin now. */
  freePlaces: () => number;
  /** How many of so many jobs may be fetched, as the ends of runs can be written. */
  limitFetch: (size: number) => number;
  gates: ShutTasks;
  tally: Tally;
  /** Watches a fetch until disposed of. */
  watchSilence: () => Disposable;
}

/**
 * How many jobs each of the engine's fetches brings: what can begin soon. A fetch that would bring none is not sent; the
 * next comes when one of the engine's workers is free again, or with its poll.
 */
export class Fetching {
  readonly #options: FetchingOptions;
  readonly #frontier = new Frontier();
  #queue: FetchingQueue | undefined;
  /** The latest fetch was kept from bringing more. */
  #isMoreExpected = false;
  #restsUntil = 0;

  constructor(options: FetchingOptions) {
    this.#options = options;
  }

  watch(queue: FetchingQueue, events: WorkerEvents): void {
    this.#queue = queue;
    events.on('worker:getJob:start', () => {
      if (this.#isMoreExpected) setImmediate(() => queue.pulse(1));
    });
    events.on('localQueue:returnJobs', () => {
      if (queue.mode === 'TTL_EXPIRED') this.#options.prefetch.gaveBack(HELD_MS);
    });
  }

  /** The engine's fetch, of as many jobs as should be held. */
  async fetch(statement: QueryConfig): Promise<Pick<QueryResult, 'rows'>> {
    const { pool, prefetch, gates, tally, watchSilence } = this.#options;
    const size = gates.shutTasks.length > 0 && this.#isResting ? 0 : this.#size();
    this.#isMoreExpected = size === 0;
    if (size === 0) return { rows: [] };
    const asked = this.#asking(statement, size);
    const sentAt = performance.now();
    using _silence = watchSilence();
    const result = await tally.fetching(pool.query<Job>({ ...asked, types: EXACT_TYPES }));
    const tookMs = performance.now() - sentAt;
    prefetch.fetched(tookMs);
    shareLock(result.rows);
    if (this.#frontier.brought(result.rows, { size, tookMs })) this.#queue?.pulse(1);
    else if (result.rows.length === 0) this.#restsUntil = performance.now() + REST_FACTOR * tookMs;
    this.#isMoreExpected = result.rows.length >= size;
    return result;
  }

  /** Jobs may be taken that no fetch could find before, and nobody announces. */
  lookAgain(): void {
    this.#queue?.pulse(1);
  }

  #asking(statement: QueryConfig, size: number): QueryConfig {
    const { refusals, gates } = this.#options;
    const { versions } = refusals;
    const { shutTasks } = gates;
    const from = this.#frontier.next(`${versions} ${shutTasks}`);
    const plain = sinceMark(withLimit(withoutDetours(statement), size), from);
    return withoutTasks(withoutRefused(plain, versions), shutTasks);
  }

  get #isResting(): boolean {
    return performance.now() < this.#restsUntil;
  }

  #size(): number {
    const { prefetch, freePlaces, limitFetch, gates } = this.#options;
    if (gates.areAllShut) return 0;
    const freeCount = Math.min(this.#queue?.workerQueue.length ?? 0, Math.max(0, freePlaces()));
    return limitFetch(prefetch.size(freeCount));
  }
}
