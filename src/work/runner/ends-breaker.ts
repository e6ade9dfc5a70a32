import { describeError } from '../../errors/describe-error.ts';
import type { HeldRun } from '../run/runs-under-way.ts';
import { WaitLine } from './wait-line.ts';

/** Ends that may be outstanding beyond one a place, of jobs whose ends alone fail, before no further run begins. */
export const MAX_UNRECORDED_BEYOND_PLACES = 10;

/** What is known of the ends that a queue's runs in this process could not write. */
export interface EndsTrouble {
  readonly unrecordedCount: number;
  /** No run begins meanwhile, but for one at a time to see whether its end can be written. */
  readonly isOpen: boolean;
  /** What the database answered last; undefined when all is written. */
  readonly error: Error | undefined;
}

export interface BreakerOptions {
  /** So many ends may be outstanding before no further run begins whatever becomes of it. */
  maxUnrecorded: number;
  onChange: (trouble: EndsTrouble) => void;
}

/**
 * Keeps a queue's runs in this process from beginning while the database does not take their ends: each would do its
 * work, and might have to do it again. Opens when the end of a run cannot be written, closes with the next that can.
 * While it is open the outstanding ends are tried again, and after each such round one further run may begin: the ends
 * that fail may be those of a few jobs, which must not stop all others.
 */
export class EndsBreaker {
  readonly #options: BreakerOptions;
  readonly #unrecorded = new Set<HeldRun>();
  readonly #line = new WaitLine();
  #isTripped = false;
  #hasTrial = false;
  #error: Error | undefined;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get trouble(): EndsTrouble {
    return { unrecordedCount: this.#unrecorded.size, isOpen: this.isOpen, error: this.#error };
  }

  /** That answer in words that may be shown; null when all is written. */
  get because(): string | null {
    return this.#error ? describeError(this.#error).message : null;
  }

  get isOpen(): boolean {
    return this.#isTripped || this.#unrecorded.size >= this.#options.maxUnrecorded;
  }

  /** How many jobs may be fetched. */
  limitFetch(size: number): number {
    if (!this.isOpen) return size;
    return this.#hasTrial && this.#line.length === 0 ? Math.min(size, 1) : 0;
  }

  /**
   * Resolves when a run may begin; undefined for at once.
   *
   * @param signal gives up the wait; the promise rejects with its reason
   */
  turn(signal: AbortSignal): Promise<void> | undefined {
    if (!this.isOpen) return undefined;
    if (this.#hasTrial) {
      this.#hasTrial = false;
      return undefined;
    }
    return this.#line.turn(signal);
  }

  /** The end of this run cannot be written. */
  failed(run: HeldRun, error: Error): void {
    this.#isTripped ||= !this.#unrecorded.has(run);
    this.#unrecorded.add(run);
    this.#error = error;
    this.#tell();
  }

  /** Ends were written, these among them. */
  recorded(runs: readonly HeldRun[]): void {
    if (!this.#isTripped && this.#unrecorded.size === 0) return;
    this.#isTripped = false;
    this.forget(runs);
  }

  /** The ends of these runs are nobody's here to write any more. */
  forget(runs: readonly HeldRun[]): void {
    for (const run of runs) this.#unrecorded.delete(run);
    if (this.#unrecorded.size === 0) {
      this.#error = undefined;
      this.#isTripped = false;
    }
    this.#tell();
    if (this.isOpen) return;
    this.#hasTrial = false;
    this.#line.admitAll();
  }

  /** All outstanding ends were tried again. */
  tried(): void {
    if (!this.isOpen || this.#unrecorded.size >= this.#options.maxUnrecorded) return;
    if (!this.#line.admitFirst()) this.#hasTrial = true;
  }

  #tell(): void {
    this.#options.onChange(this.trouble);
  }
}
