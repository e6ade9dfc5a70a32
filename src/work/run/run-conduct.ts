import type { SqlClient } from '../../db/sql-client.ts';
import type { Logger } from '../../observability/logger.ts';
import { JobLostError } from './abort-reasons.ts';
import { ProgressReporter } from './progress-reporter.ts';
import { EncodedResult, encodeResult, unstorable } from './result.ts';
import type { CompletedState, RunStore } from './run-store.ts';

const ATTEMPTS = 3;

/** What one run tells the database before its end. A run that tells nothing costs nothing. */
export class RunConduct {
  readonly #store: RunStore;
  readonly #log: Logger;
  readonly #onReduced: (note: string) => void;
  #reporter: ProgressReporter | undefined;
  #ended: CompletedState | undefined;

  /** @param onReduced told what of a result is not kept as it was returned */
  constructor(store: RunStore, log: Logger, onReduced: (note: string) => void) {
    this.#store = store;
    this.#log = log;
    this.#onReduced = onReduced;
  }

  /** As the handler's context has it. */
  progress(percent: number, message?: string): void {
    this.#reporter ??= new ProgressReporter(this.#store, this.#log);
    this.#reporter.report(percent, message);
  }

  /** As the handler's context has it. */
  async completeInTransaction(tx: SqlClient, result?: unknown): Promise<void> {
    const encoded = encodeResult(result);
    await this.beginCompletion();
    this.noteCompletion(await this.#store.complete(tx, encoded), encoded.note);
  }

  /** To be awaited before a transaction completes the job: nothing else of the run touches it from here on. */
  async beginCompletion(): Promise<void> {
    await this.#reporter?.close();
  }

  /**
   * A transaction has ended the job in that state; whether it commits is not known.
   *
   * @param note what of its result is not kept
   */
  noteCompletion(state: CompletedState, note?: string): void {
    this.#ended = state;
    if (note !== undefined) this.#onReduced(note);
  }

  /** Whether the job was cancelled by the time a transaction completed it. */
  get isCancelled(): boolean {
    return this.#ended === 'cancelled';
  }

  /** Whether a transaction has ended the job, be it that it may not commit. */
  get hasCompleted(): boolean {
    return this.#ended !== undefined;
  }

  /** Whether that has committed, and there is nothing left to decide. */
  async isCommitted(): Promise<boolean> {
    if (!this.hasCompleted) return false;
    return !(await this.#persistently(() => this.#store.isHeld()));
  }

  /**
   * Stores what the handler returned, as much of it as can be held.
   *
   * @param isPlain whether all of it is known to be JSON that Postgres holds. @default it is looked at
   * @throws {JobLostError} when the job is another worker's by now
   */
  async keepResult(value: unknown, isPlain = false): Promise<void> {
    const encoded = isPlain ? new EncodedResult(JSON.stringify(value)) : encodeResult(value);
    if (!encoded.hasContent) return;
    const isCarried = this.#store.carryResult(encoded);
    const note = (isCarried ? undefined : await this.#keep(encoded)) ?? encoded.note;
    if (note !== undefined) this.#onReduced(note);
  }

  /** @returns what is noted instead, where the database does not take the result as it is (class 22, 54001) */
  async #keep(encoded: EncodedResult): Promise<string | undefined> {
    try {
      await this.#report(encoded);
      return undefined;
    } catch (error) {
      const note = unstorable(error);
      if (note === undefined) throw error;
      await this.#report(new EncodedResult(undefined, note));
      return note;
    }
  }

  async #report(encoded: EncodedResult): Promise<void> {
    const isKept = await this.#persistently(() => this.#store.reportResult(encoded));
    if (!isKept) throw new JobLostError('the job was lost before its result was stored');
  }

  /** Whether there is progress that `close` may have to write. */
  get hasReported(): boolean {
    return this.#reporter !== undefined;
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
