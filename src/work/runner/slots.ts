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
   * A place, once there is one; disposing of it frees it for the next in line.
   *
   * @param signal gives up the place in the line; its reason is thrown
   */
  async acquire(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#usedCount < this.#limit) this.#usedCount++;
    else await this.#line.turn(signal); // with the place taken
    return { [Symbol.dispose]: () => this.#release() };
  }

  #release(): void {
    this.#usedCount--;
    this.#admit();
  }

  #admit(): void {
    while (this.#usedCount < this.#limit && this.#line.admitFirst()) this.#usedCount++;
  }
}
