/** So many confirmed in a row without anybody waiting, and runs begin as they come. */
const ENOUGH_CONFIRMED = 16;

/** Lets runs begin: none, at first one and then twice as many with each confirmation, at last any number. */
export class Admission {
  readonly #line: (() => void)[] = [];
  #admissibleCount = Number.POSITIVE_INFINITY;
  #confirmedCount = 0;
  /** Runs that began and have not ended. */
  #insideCount = 0;
  /** Those of them that have not been at work: the turn of one that ends so is the next one's. */
  #idleCount = 0;
  /** Whether not any number may begin. */
  #isCareful = false;

  /** Whether one could begin at once. */
  get isOpen(): boolean {
    return this.#admissibleCount > 0;
  }

  /** Whether it is the caller's turn at once; nobody is overtaken. */
  enter(): boolean {
    if (!this.isOpen) return false;
    this.#admissibleCount--;
    this.#came();
    return true;
  }

  /**
   * Resolves when it is the caller's turn.
   *
   * @param signal gives up the wait; the promise rejects with its reason
   */
  async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.enter()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = () => {
      this.#line.splice(this.#line.indexOf(admit), 1);
      reject(signal.reason);
    };
    const admit = () => {
      signal.removeEventListener('abort', giveUp);
      this.#came();
      resolve();
    };
    this.#line.push(admit);
    signal.addEventListener('abort', giveUp, { once: true });
    return promise;
  }

  /** A run that began has ended. */
  left(): void {
    this.#insideCount--;
    if (this.#idleCount <= this.#insideCount) return;
    this.#idleCount--;
    if (this.#isCareful) this.#admit(1);
  }

  shut(): void {
    this.#isCareful = false;
    this.#admissibleCount = 0;
  }

  open(): void {
    this.#confirmedCount = 0;
    this.#isCareful = true;
    this.#admit(1);
  }

  /** One is at work. */
  began(): void {
    if (this.#idleCount > 0) this.#idleCount--;
  }

  /** One is no more; `confirmed` that what it needs was there. */
  ended({ confirmed }: { confirmed: boolean }): void {
    if (!this.#isCareful) return;
    if (confirmed) this.#confirmedCount++;
    if (this.#confirmedCount >= ENOUGH_CONFIRMED) this.#openWide();
    else this.#admit(confirmed ? 2 : 1); // one that was given up tells nothing, and the next has its turn
  }

  #came(): void {
    this.#insideCount++;
    this.#idleCount++;
  }

  #admit(count: number): void {
    this.#admissibleCount += count;
    while (this.#admissibleCount > 0 && this.#line.length > 0) {
      this.#admissibleCount--;
      this.#line.shift()?.();
    }
  }

  #openWide(): void {
    this.#isCareful = false;
    this.#admit(Number.POSITIVE_INFINITY);
  }
}
