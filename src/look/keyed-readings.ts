interface Kept<T> {
  reading: Promise<T>;
  /** Milliseconds of `performance.now`. */
  untilMs: number;
}

export interface KeyedReadingsOptions {
  /** How long a reading is given to those who ask for the same, from its end on. Milliseconds. */
  keptMs: number;
  /** The same, as so many times what it took, where that is longer: so one key costs the database a part of that. @default 0 */
  keptTimes?: number;
  /** Readings that are kept at once; beyond that all are forgotten. @default 200 */
  most?: number;
}

/**
 * One reading for all who ask for the same at about the same time, so that many viewers of a page cost what one does. Unlike
 * SharedReading it reads only when somebody asks, and different things by their keys. An error is not kept.
 */
export class KeyedReadings<T> {
  readonly #options: Required<KeyedReadingsOptions>;
  readonly #kept = new Map<string, Kept<T>>();

  constructor({ keptMs, keptTimes = 0, most = 200 }: KeyedReadingsOptions) {
    this.#options = { keptMs, keptTimes, most };
  }

  /** @param read asked where nobody did for this key within the time */
  get(key: string, read: () => Promise<T>): Promise<T> {
    const now = performance.now();
    const kept = this.#kept.get(key);
    if (kept && now < kept.untilMs) return kept.reading;
    if (this.#kept.size >= this.#options.most) this.#kept.clear();
    const mine: Kept<T> = { reading: read(), untilMs: Number.POSITIVE_INFINITY };
    this.#kept.set(key, mine);
    mine.reading.then(
      () => {
        const endedAtMs = performance.now();
        mine.untilMs =
          endedAtMs + Math.max(this.#options.keptMs, this.#options.keptTimes * (endedAtMs - now));
      },
      () => {
        if (this.#kept.get(key) === mine) this.#kept.delete(key);
      },
    );
    return mine.reading;
  }
}
