import { setTimeout as delay } from 'node:timers/promises';

/** Counts what is under way, to wait for its end. */
export class UnderWay {
  #count = 0;
  readonly #over = new Set<() => void>();

  /** What `work` returns; until then it is under way. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#count += 1;
    try {
      return await work();
    } finally {
      this.#count -= 1;
      if (this.#count === 0) for (const tell of this.#over) tell();
    }
  }

  /** Resolves once nothing is under way, or after so long; that alone keeps no process alive. */
  async over(patienceMs: number): Promise<void> {
    if (this.#count === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#over.add(resolve);
    await Promise.race([promise, delay(patienceMs, undefined, { ref: false })]);
    this.#over.delete(resolve);
  }
}
