interface Kept<T> {
  reading: Promise<T>;
  /** Milliseconds of `performance.now`. */
  untilMs: number;
}

export interface KeyedReadingsOptions {
  /** How long a reading is given to those who ask for the same, from its begin on. Milliseconds. */
  keptMs: number;
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

  constructor({ keptMs, most = 200 }: KeyedReadingsOptions) {
    this.#options = { keptMs, most };
  }

  /** @param read asked where nobody did for this key within the time */
  get(key: string, read: () => Promise<T>): Promise<T> {
    const now = performance.now();
    const kept = this.#kept.get(key);
    if (kept && now < kept.untilMs) return kept.reading;
    if (this.#kept.size >= this.#options.most) this.#kept.clear();
    const mine = { reading: read(), untilMs: now + this.#options.keptMs };
    this.#kept.set(key, mine);
    mine.reading.catch(() => {
      if (this.#kept.get(key) === mine) this.#kept.delete(key);
    });
    return mine.reading;
  }
}
