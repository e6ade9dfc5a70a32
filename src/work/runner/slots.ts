import { WaitLine } from './wait-line.ts';

/** Places for runs at once. A queue's runner and its successor share them, so that both together keep the limit. */
export class Slots {
  readonly #line = new WaitLine();
  #limit: number;
  #usedCount = 0;

  /** @param limit 0 or more; Infinity for no limit */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Places taken. More than the limit after it was lowered, until enough of them are free again. */
  get usedCount(): number {
    return this.#usedCount;
  }

  /** Places to be had at once; 0 or more. */
  get freeCount(): number {
    return Math.max(0, this.#limit - this.#usedCount);
  }

  /** From now on at most so many places; those taken stay so. */
  setLimit(limit: number): void {
    this.#limit = limit;
    this.#admit();
  }

  /**
   * Takes a place, which is to be given back by `release`; undefined when it could do so at once. Nobody is overtaken:
   * while somebody waits, no place is free.
   *
   * @param signal gives up the place in the line; its reason is thrown, or the promise rejects with it
   */
  acquire(signal: AbortSignal): Promise<void> | undefined {
    signal.throwIfAborted();
    if (this.#usedCount >= this.#limit) return this.#line.turn(signal); // with the place taken
    this.#usedCount++;
    return undefined;
  }

  /** Gives a place to the next in line. */
  release(): void {
    this.#usedCount--;
    this.#admit();
  }

  #admit(): void {
    while (this.#usedCount < this.#limit && this.#line.admitFirst()) this.#usedCount++;
  }
}
