/** Those who wait for their turn, in the order in which they came. */
export class WaitLine {
  readonly #admits = new Set<() => void>();

  get length(): number {
    return this.#admits.size;
  }

  /**
   * Resolves when it is the caller's turn.
   *
   * @param signal gives up the wait; its reason is thrown
   */
  async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = () => {
      this.#admits.delete(admit);
      reject(signal.reason);
    };
    const admit = () => {
      this.#admits.delete(admit);
      signal.removeEventListener('abort', giveUp);
      resolve();
    };
    this.#admits.add(admit);
    signal.addEventListener('abort', giveUp, { once: true });
    return promise;
  }

  /** It is the turn of the one that has waited for longest. @returns false when nobody waits */
  admitFirst(): boolean {
    const [admit] = this.#admits;
    admit?.();
    return admit !== undefined;
  }

  admitAll(): void {
    for (const admit of this.#admits) admit();
  }
}
