/** How often the watched loop shows that it turns, and how often one looks. */
export const TICK_MS = 250;

/** A loop that did not turn for this long is blocked. */
const BLOCKED_AFTER_MS = 1_000;

/** A look that comes later than this after the one before tells nothing: this thread stood still itself. */
const LATE_MS = 3 * TICK_MS;

export interface LoopWatchOptions {
  /** Grows while the watched loop turns. */
  ticks: Int32Array<SharedArrayBuffer>;
  /** The loop stands still since `sinceMs`, by the clock of `now`; told at every look until it turns again. */
  onBlocked: (sinceMs: number) => void;
  /** It turns again. */
  onFree: (sinceMs: number, untilMs: number) => void;
  now: () => number;
}

/**
 * Tells from another thread whether an event loop turns. When the whole process stood still (stopped, swapped out,
 * starved), this thread's own looks were late too, and that is no block.
 */
export class LoopWatch {
  readonly #options: LoopWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;
  #movedAt = 0;
  #lookedAt = 0;
  #isBlocked = false;

  constructor(options: LoopWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#lookedAt = this.#movedAt = this.#options.now();
    this.#timer = setInterval(() => this.look(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** For how long the loop has been blocked, in milliseconds; undefined when it is not. */
  get blockedMs(): number | undefined {
    return this.#isBlocked ? this.#options.now() - this.#movedAt : undefined;
  }

  look(): void {
    const { ticks, now, onBlocked, onFree } = this.#options;
    const at = now();
    const sleptMs = at - this.#lookedAt;
    this.#lookedAt = at;
    const count = Atomics.load(ticks, 0);
    if (count !== this.#ticks) {
      if (this.#isBlocked) onFree(this.#movedAt, at);
      this.#isBlocked = false;
      this.#ticks = count;
      this.#movedAt = at;
      return;
    }
    if (sleptMs > LATE_MS) this.#movedAt += sleptMs;
    this.#isBlocked = at - this.#movedAt >= BLOCKED_AFTER_MS;
    if (this.#isBlocked) onBlocked(this.#movedAt);
  }
}
