import type { RunsBoard } from '../fleet/runs-board.ts';
import { JobCancelledError } from './abort-reasons.ts';

/** The runs of one runner, each with the signal that ends it. */
export class RunsUnderWay {
  readonly #board: RunsBoard;
  readonly #controllers = new Map<string, AbortController>();
  readonly #places = new Map<string, number>();
  #cancelledIds: ReadonlySet<string> = new Set();
  #abortReason: Error | undefined;

  /** @param board where they are seen from outside this event loop */
  constructor(board: RunsBoard) {
    this.#board = board;
  }

  get jobIds(): string[] {
    return [...this.#controllers.keys()];
  }

  /**
   * The signal of a run that begins; it has fired already if the job was cancelled before, or all runs aborted.
   *
   * @param timeLimitMs how long it may take; 0 for any time
   */
  begin(jobId: string, task: string, timeLimitMs: number): AbortSignal {
    const controller = new AbortController();
    this.#controllers.set(jobId, controller);
    this.#places.set(jobId, this.#board.enter(jobId, task, timeLimitMs));
    if (this.#abortReason) controller.abort(this.#abortReason);
    else if (this.#cancelledIds.has(jobId)) controller.abort(new JobCancelledError());
    return controller.signal;
  }

  end(jobId: string): void {
    this.#controllers.delete(jobId);
    this.#board.leave(this.#places.get(jobId) ?? -1);
    this.#places.delete(jobId);
  }

  /** Ends the runs of these jobs, now and those that begin until the next call: some may be fetched and not begun. */
  cancel(jobIds: ReadonlySet<string>): void {
    this.#cancelledIds = jobIds;
    for (const jobId of jobIds) this.#controllers.get(jobId)?.abort(new JobCancelledError());
  }

  /** Ends all runs, and those that still begin. The first reason stays. */
  abort(reason: Error): void {
    this.#abortReason ??= reason;
    for (const controller of this.#controllers.values()) controller.abort(reason);
  }
}
