/** Something that goes on until it is told to end, and does not begin again before it has ended. */
export class Activity {
  readonly #ending = new AbortController();
  /** Resolves when it has ended. */
  readonly done: Promise<void>;

  /** @param run never rejects */
  constructor(run: (signal: AbortSignal) => Promise<void>) {
    this.done = run(this.#ending.signal);
  }

  get isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  end(): Promise<void> {
    this.#ending.abort();
    return this.done;
  }
}
