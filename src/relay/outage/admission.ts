/** So many confirmed in a row without anybody waiting, and runs begin as they come. */
const ENOUGH_CONFIRMED = 16;

/** Where all that may begin have begun, and none is at work, as they had nothing to hand over, the next may begin after so long. */
const SILENT_MS = 1_000;

/** Lets runs begin: none, at first one and then twice as many with each confirmation, at last any number. */
export class Admission {
  readonly #line: (() => void)[] = [];
  #admissibleCount = Number.POSITIVE_INFINITY;
  #confirmedCount = 0;
  #atWorkCount = 0;
  /** Ticks while not any number may begin. */
  #silence: NodeJS.Timeout | undefined;

  /** Whether one could begin at once. */
  get isOpen(): boolean {
    return this.#admissibleCount > 0;
  }

  /** Whether it is the caller's turn at once; nobody is overtaken. */
  enter(): boolean {
    if (!this.isOpen) return false;
    this.#admissibleCount--;
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
      resolve();
    };
    this.#line.push(admit);
    signal.addEventListener('abort', giveUp, { once: true });
    return promise;
  }

  shut(): void {
    this.#endSilence();
    this.#admissibleCount = 0;
  }

  open(): void {
    this.#confirmedCount = 0;
    this.#silence = setInterval(() => this.#goOnAfterSilence(), SILENT_MS).unref();
    this.#admit(1);
  }

  /** One is at work. */
  began(): void {
    this.#atWorkCount++;
  }

  /** One is no more; `confirmed` that what it needs was there. */
  ended({ confirmed }: { confirmed: boolean }): void {
    this.#atWorkCount--;
    if (!confirmed || !this.#silence) return;
    this.#confirmedCount++;
    if (this.#confirmedCount >= ENOUGH_CONFIRMED) this.#openWide();
    else this.#admit(2);
  }

  /** While nothing waits, what may begin stays: a minute without jobs is no reason to let sixty begin at once. */
  #goOnAfterSilence(): void {
    if (this.#atWorkCount === 0 && this.#admissibleCount === 0) this.#admit(1);
  }

  #admit(count: number): void {
    this.#admissibleCount += count;
    while (this.#admissibleCount > 0 && this.#line.length > 0) {
      this.#admissibleCount--;
      this.#line.shift()?.();
    }
  }

  #openWide(): void {
    this.#endSilence();
    this.#admit(Number.POSITIVE_INFINITY);
  }
  #endSilence(): void {
    clearInterval(this.#silence);
    this.#silence = undefined;
  }
}
