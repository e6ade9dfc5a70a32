import { JobCancelledError } from './abort-reasons.ts';

/** The runs of one runner, each with the signal that ends it. */
export class RunsUnderWay {
  readonly #controllers = new Map<string, AbortController>();
  #cancelledIds: ReadonlySet<string> = new Set();
  #abortReason: Error | undefined;

  get jobIds(): string[] {
    return [...this.#controllers.keys()];
  }

  /** The signal of a run that begins; it has fired already if the job was cancelled before, or all runs aborted. */
  begin(jobId: string): AbortSignal {
    const controller = new AbortController();
    this.#controllers.set(jobId, controller);
    if (this.#abortReason) controller.abort(this.#abortReason);
    else if (this.#cancelledIds.has(jobId)) controller.abort(new JobCancelledError());
    return controller.signal;
  }

  end(jobId: string): void {
    this.#controllers.delete(jobId);
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
