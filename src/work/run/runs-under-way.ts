import type { CompletedRunEvent, FailedRunEvent } from '../../observability/events.ts';
import type { RunsBoard } from '../fleet/runs-board.ts';
import { JobCancelledError, ShutdownError } from './abort-reasons.ts';
import { EndOfRun, type EndSignal } from './end-signal.ts';
import type { EncodedResult } from './result.ts';

/** What there is to tell of a run that is over, once the database has its end. */
export type RunReport = CompletedRunEvent | FailedRunEvent;

/** One job in this runner's hands, from when the engine hands it over until its end is written. */
export interface HeldRun {
  readonly jobId: string;
  /** When the job was fetched, which tells this run from any other of its job. */
  readonly lockedAt: Date;
  /** `waits` for a place; `runs`; is `over`, while its end is on its way to the database. */
  readonly state: 'waits' | 'runs' | 'over';
  /** By `performance.now`; 0 for one that has not begun. */
  readonly begunAt: number;
  /** Undefined for one that never began, and one of which there is nothing left to tell. */
  readonly report: RunReport | undefined;
  /** What its handler returned, where that is to be stored together with its end. */
  readonly result: EncodedResult | undefined;
}

interface OwnRun extends HeldRun {
  state: HeldRun['state'];
  report: HeldRun['report'];
  result: HeldRun['result'];
  begunAt: number;
  /** From when it begins until it is over. */
  end: EndOfRun | undefined;
  /** On the board, while it runs. */
  place: number;
}

/** The runs of one runner, each with the signal that ends it. */
export class RunsUnderWay {
  readonly #board: RunsBoard;
  readonly #runs = new Map<string, OwnRun>();
  readonly #hurry = new AbortController();
  #cancelledIds: ReadonlySet<string> = new Set();
  #abortReason: Error | undefined;

  /** @param board where those at work are seen from outside this event loop */
  constructor(board: RunsBoard) {
    this.#board = board;
  }

  /** Fires when the worker ends: handlers that ignore their signal are not waited for any longer. */
  get hurrySignal(): AbortSignal {
    return this.#hurry.signal;
  }

  /** Every job in its hands. */
  get heldIds(): string[] {
    return [...this.#runs.keys()];
  }

  /** Jobs whose handlers are at work. */
  get runningIds(): string[] {
    return this.#idsOf(({ state }) => state === 'runs');
  }

  /** Jobs whose handlers were at work, and whose end is not written yet. */
  get unrecordedIds(): string[] {
    return this.#idsOf(({ state, begunAt }) => state === 'over' && begunAt > 0);
  }

  /** Runs that are over, and of which nothing was told yet. */
  get untold(): RunReport[] {
    return [...this.#runs.values()].flatMap(({ report }) => report ?? []);
  }

  hold(jobId: string, lockedAt: Date): HeldRun {
    const run: OwnRun = {
      jobId,
      lockedAt,
      state: 'waits',
      report: undefined,
      result: undefined,
      begunAt: 0,
      end: undefined,
      place: -1,
    };
    this.#runs.set(jobId, run);
    return run;
  }

  /**
   * The signal that ends a run which begins; it has fired already if the job was cancelled before, or all runs aborted.
   *
   * @param timeLimitMs how long it may take; 0 for any time
   */
  begin(run: HeldRun, task: string, timeLimitMs: number): EndSignal {
    const own = run as OwnRun;
    own.begunAt = performance.now();
    own.place = this.#board.enter(own.jobId, task, timeLimitMs, own.begunAt);
    own.state = 'runs';
    own.end = new EndOfRun();
    if (this.#abortReason) own.end.abort(this.#abortReason);
    else if (this.#cancelledIds.has(own.jobId)) own.end.abort(new JobCancelledError());
    return own.end;
  }

  /** Has the result stored with the end of the job's run that was fetched then. @returns false when it is not held, or another is */
  carry(jobId: string, lockedAt: Date, result: EncodedResult): boolean {
    const run = this.#runs.get(jobId);
    if (run?.lockedAt.getTime() !== lockedAt.getTime()) return false;
    run.result = result;
    return true;
  }

  /**
   * The run is over, be it that it never began. It is held until `settle`.
   *
   * @param report what there is to tell of it by then
   */
  end(run: HeldRun, report?: RunReport): void {
    const own = run as OwnRun;
    own.report = report;
    this.#board.leave(own.place);
    own.place = -1;
    own.end = undefined;
    own.state = 'over';
  }

  /** What is held of the job; undefined for one that was never handed over. */
  find(jobId: string): HeldRun | undefined {
    return this.#runs.get(jobId);
  }

  /**
   * The end of the run is written, or somebody else's to write. By run, not by job: the answer to the statement that
   * ended a run may come after the same job was fetched anew.
   */
  settle(run: HeldRun): void {
    if (this.#runs.get(run.jobId) === run) this.#runs.delete(run.jobId);
  }

  /** Ends the runs of these jobs, now and those that begin until the next call: some may be fetched and not begun. */
  cancel(jobIds: ReadonlySet<string>): void {
    this.#cancelledIds = jobIds;
    for (const jobId of jobIds) this.#abortRun(jobId, new JobCancelledError());
  }

  /** Ends all runs, and those that still begin. The first reason stays; a shutdown has those hurry that end already. */
  abort(reason: Error): void {
    if (reason instanceof ShutdownError) this.#hurry.abort(reason);
    this.#abortReason ??= reason;
    for (const jobId of this.#runs.keys()) this.#abortRun(jobId, reason);
  }

  #abortRun(jobId: string, reason: Error): void {
    const run = this.#runs.get(jobId);
    if (run?.state === 'runs') run.end?.abort(reason);
  }

  #idsOf(fits: (run: OwnRun) => boolean): string[] {
    return [...this.#runs.values()].filter(fits).map(({ jobId }) => jobId);
  }
}
