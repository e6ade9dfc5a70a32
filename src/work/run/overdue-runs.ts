/** Most ids that are told; there may be more of such handlers in a process that somebody should look at. */
const MAX_TOLD = 100;

/** The handlers of one queue in this process that are still at work though their signal has fired. */
export class OverdueRuns {
  readonly #runs = new Set<{ jobId: string }>();

  /** Their jobs, each once, at most 100. */
  get jobIds(): string[] {
    return [...new Set([...this.#runs].map(({ jobId }) => jobId))].slice(0, MAX_TOLD);
  }

  /** @returns what to call when the handler has ended */
  add(jobId: string): () => void {
    const run = { jobId };
    this.#runs.add(run);
    return () => void this.#runs.delete(run);
  }
}
