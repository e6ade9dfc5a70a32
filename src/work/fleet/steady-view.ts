/** How long others get to be heard of again: to give up a statement, connect anew and beat. */
const GRACE_MS = 5_000;

/** A heartbeat is answered each second. Longer than that it was kept from it, as those of others may have been. */
const GAP_MS = 3_000;

/**
 * Whether the silence of others is theirs. When the server restarts, moves or stands still, when its clock is set, or somebody has
 * locked what heartbeats are written to, all runners seem silent at once, and whoever is back first would take the others for dead:
 * their runs would be ended, charged and counted as deaths. So after whatever may have kept others from being heard, they are given
 * time.
 */
export class SteadyView {
  readonly #now: () => number;
  #beatAt: number | undefined;
  /** By how much the database's clock was ahead of this process's at the latest look. */
  #aheadMs: number | undefined;
  #unsureUntil = Number.NEGATIVE_INFINITY;

  /** @param now in milliseconds, by a clock that nobody sets. @default that of this process */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A heartbeat of this process was answered. */
  beat(): void {
    this.#noteGap();
    this.#beatAt = this.#now();
  }

  /** A session was lost on which the server had nothing against this process: others may have lost theirs. */
  disturb(): void {
    this.#unsureUntil = this.#now() + GRACE_MS;
  }

  /**
   * The database answered who is silent; its clock stood at `clockMs`. A process that has just started takes its word.
   *
   * @returns whether they have been so while they could have been heard
   */
  isTheirs(clockMs: number): boolean {
    this.#noteGap();
    const aheadMs = clockMs - this.#now();
    if (this.#aheadMs !== undefined && Math.abs(aheadMs - this.#aheadMs) > GAP_MS) this.disturb();
    this.#aheadMs = aheadMs;
    return this.#now() >= this.#unsureUntil;
  }

  #noteGap(): void {
    if (this.#beatAt !== undefined && this.#now() - this.#beatAt > GAP_MS) this.disturb();
  }
}
