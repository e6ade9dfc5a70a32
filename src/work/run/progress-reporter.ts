import { storable } from '../../errors/storable.ts';
import type { Logger } from '../../observability/logger.ts';
import type { Progress, RunStore } from './run-store.ts';

/** Least time between two writes of one run. */
const INTERVAL_MS = 1_000;

const MAX_MESSAGE_LENGTH = 1_000;

/** Writes a run's progress now and then: the first at once, then at most one a second, and the last when it closes. */
export class ProgressReporter {
  readonly #store: Pick<RunStore, 'reportProgress'>;
  readonly #log: Logger;
  #pending: Progress | undefined;
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wroteAt = -INTERVAL_MS;
  #isClosed = false;

  constructor(store: Pick<RunStore, 'reportProgress'>, log: Logger) {
    this.#store = store;
    this.#log = log;
  }

  /** @throws {RangeError} for a percent outside 0 to 100 */
  report(percent: number, message?: string): void {
    checkPercent(percent);
    if (this.#isClosed) return;
    this.#pending = {
      percent: Math.fround(percent), // as Postgres keeps it, which refuses what is nearer to 0 than that
      message: message === undefined ? undefined : storable(String(message), MAX_MESSAGE_LENGTH),
    };
    this.#schedule();
  }

  /** What was reported and not yet written is written now, and nothing after it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#writing;
    if (this.#pending) await this.#write();
  }

  /** Writes nothing more. */
  drop(): void {
    this.#isClosed = true;
    this.#pending = undefined;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#writing || this.#timer) return;
    const waitMs = this.#wroteAt + INTERVAL_MS - performance.now();
    if (waitMs > 0) this.#timer = setTimeout(() => void this.#write(), waitMs);
    else void this.#write();
  }

  #write(): Promise<void> {
    const progress = this.#pending;
    this.#timer = undefined;
    this.#pending = undefined;
    if (!progress) return Promise.resolve();
    this.#wroteAt = performance.now();
    this.#writing = this.#send(progress).finally(() => {
      this.#writing = undefined;
      if (this.#pending && !this.#isClosed) this.#schedule();
    });
    return this.#writing;
  }

  async #send(progress: Progress): Promise<void> {
    try {
      await this.#store.reportProgress(progress);
    } catch (err) {
      this.#log.warn({ err }, 'progress was not written');
    }
  }
}

/** @throws {RangeError} for a percent outside 0 to 100 */
export function checkPercent(percent: number): void {
  if (percent >= 0 && percent <= 100) return;
  throw new RangeError(`percent: expected 0 to 100, received ${percent}`);
}
