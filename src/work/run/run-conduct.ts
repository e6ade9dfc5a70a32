import type { Logger } from '../../observability/logger.ts';
import type { TaskContext } from '../../tasks/task-context.ts';
import { JobLostError } from './abort-reasons.ts';
import { ProgressReporter } from './progress-reporter.ts';
import { encodeResult } from './result.ts';
import type { CompletedState, RunStore } from './run-store.ts';

const ATTEMPTS = 3;

type Calls = Pick<TaskContext<unknown>, 'progress' | 'completeInTransaction'>;

/** What one run tells the database before its end. A run that tells nothing costs nothing. */
export class RunConduct {
  readonly #store: RunStore;
  readonly #log: Logger;
  #reporter: ProgressReporter | undefined;
  #ended: CompletedState | undefined;

  constructor(store: RunStore, log: Logger) {
    this.#store = store;
    this.#log = log;
  }

  /** The handler's side of it. */
  readonly calls: Calls = {
    progress: (percent, message) => {
      this.#reporter ??= new ProgressReporter(this.#store, this.#log);
      this.#reporter.report(percent, message);
    },
    completeInTransaction: async (tx, result) => {
      const json = encodeResult(result);
      await this.beginCompletion();
      this.noteCompletion(await this.#store.complete(tx, json));
    },
  };

  /** To be awaited before a transaction completes the job: nothing else of the run touches it from here on. */
  async beginCompletion(): Promise<void> {
    await this.#reporter?.close();
  }

  /** A transaction has ended the job in that state; whether it commits is not known. */
  noteCompletion(state: CompletedState): void {
    this.#ended = state;
  }

  /** Whether the job was cancelled by the time a transaction completed it. */
  get isCancelled(): boolean {
    return this.#ended === 'cancelled';
  }

  /** Whether a transaction that completed the job has committed, and there is nothing left to decide. */
  async isCommitted(): Promise<boolean> {
    if (this.#ended === undefined) return false;
    return !(await this.#persistently(() => this.#store.isHeld()));
  }

  /**
   * Stores what the handler returned.
   *
   * @throws {ResultError} when it cannot be kept
   * @throws {JobLostError} when the job is another worker's by now
   */
  async keepResult(value: unknown): Promise<void> {
    const json = encodeResult(value);
    if (json === undefined) return;
    const isKept = await this.#persistently(() => this.#store.reportResult(json));
    if (!isKept) throw new JobLostError('the job was lost before its result was stored');
  }

  /** Nothing is written after this; the latest progress is, unless the job was lost. */
  async close(reason: unknown): Promise<void> {
    if (reason instanceof JobLostError) this.#reporter?.drop();
    else await this.#reporter?.close();
  }

  /** The work is done by now: a moment's trouble with the database must not have it done again. */
  async #persistently<T>(ask: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ask();
      } catch (err) {
        if (attempt === ATTEMPTS) throw err;
        this.#log.debug({ err }, 'could not tell the database about a run, trying again');
      }
    }
  }
}
