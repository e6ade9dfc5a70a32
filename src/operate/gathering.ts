export interface GatheringOptions<Item, Answer> {
  /** Errands under way at a time. */
  places: number;
  /** Items that go together at most. */
  mostItems: number;
  /** Size of those that go together, at most; one that is larger goes alone. */
  mostSize: number;
  sizeOf(item: Item): number;
  /** How long an item may wait for a place, in milliseconds. */
  waitMs: number;
  /** An answer for each, in their order; undefined when nothing was done, so that each is to go alone. */
  together(items: readonly Item[]): Promise<readonly Answer[] | undefined>;
  /** Why an item that waited too long is given up. */
  tooLate(): Error;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly size: number;
  readonly alone: () => Promise<Answer>;
  readonly resolve: (answer: Answer | Promise<Answer>) => void;
  readonly reject: (error: unknown) => void;
  readonly sinceMs: number;
}

/**
 * Sends items together that come at about the same time: what comes in one turn of the event loop, and what comes while all
 * places are taken. So one that comes by itself waits for nothing, and many wait for as long as those before them take.
 * They go in the order in which they came.
 */
export class Gathering<Item, Answer> {
  readonly #options: GatheringOptions<Item, Answer>;
  #waiting: Waiting<Item, Answer>[] = [];
  #takenCount = 0;
  #isDue = false;
  #patience: NodeJS.Timeout | undefined;

  constructor(options: GatheringOptions<Item, Answer>) {
    this.#options = options;
  }

  /** What `together` has for the item, or `alone` where it went by itself; fails as these do, or as `tooLate` says. */
  add(item: Item, alone: () => Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const size = this.#options.sizeOf(item);
      this.#waiting.push({ item, size, alone, resolve, reject, sinceMs: performance.now() });
      if (this.#takenCount >= this.#options.places) this.#watch();
      else this.#sendSoon();
    });
  }

  /** Not at once: what else came in this turn goes along. */
  #sendSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      while (this.#waiting.length > 0 && this.#takenCount < this.#options.places) void this.#sendNext();
      if (this.#waiting.length > 0) this.#watch();
    });
  }

  async #sendNext(): Promise<void> {
    const next = this.#takeNext();
    this.#takenCount += 1;
    const [only] = next;
    if (only && next.length === 1) await goAlone(only);
    else await this.#sendTogether(next);
    this.#takenCount -= 1;
    if (this.#waiting.length > 0) this.#sendSoon();
  }

  async #sendTogether(next: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.#options.together(next.map(({ item }) => item));
      if (!answers) await Promise.all(next.map(goAlone));
      else for (const [index, { resolve }] of next.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      for (const { reject } of next) reject(error);
    }
  }

  #takeNext(): Waiting<Item, Answer>[] {
    const { mostItems, mostSize } = this.#options;
    let [count, size] = [0, 0];
    for (const each of this.#waiting) {
      size += each.size;
      if (count > 0 && (count >= mostItems || size > mostSize)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  /** One timer for all that wait; it looks again as long as somebody does. */
  #watch(): void {
    const [longest] = this.#waiting;
    const { waitMs, tooLate } = this.#options;
    if (this.#patience || !longest || !Number.isFinite(waitMs)) return;
    const leftMs = longest.sinceMs + waitMs - performance.now();
    this.#patience = setTimeout(
      () => {
        this.#patience = undefined;
        const late = performance.now() - waitMs;
        while (this.#waiting[0] && this.#waiting[0].sinceMs <= late) this.#waiting.shift()?.reject(tooLate());
        this.#watch();
      },
      Math.max(1, leftMs),
    );
  }
}

/** Never fails. */
async function goAlone<Item, Answer>({ alone, resolve, reject }: Waiting<Item, Answer>): Promise<void> {
  await alone().then(resolve, reject);
}
