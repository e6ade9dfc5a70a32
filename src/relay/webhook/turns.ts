/** Gives each origin so many places at a time; who comes first is served first. */
export class Turns {
  readonly #limit: number;
  readonly #origins = new Map<string, { free: number; readonly waiting: Set<() => void> }>();

  /** @param limit at each origin, 1 or more */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Resolves when it is the caller's turn, with what ends it.
   *
   * @throws the signal's reason if that fires before
   */
  async take(origin: string, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    const places = this.#origins.get(origin) ?? { free: this.#limit, waiting: new Set() };
    this.#origins.set(origin, places);
    if (places.free > 0) places.free -= 1;
    else await waitWithin(places.waiting, signal);
    return { [Symbol.dispose]: once(() => this.#leave(origin)) };
  }

  /** A place goes from hand to hand, so that nobody who comes meanwhile has it before who waits. */
  #leave(origin: string): void {
    const places = this.#origins.get(origin);
    if (!places) return;
    const [next] = places.waiting;
    if (next) next();
    else if (++places.free === this.#limit) this.#origins.delete(origin);
  }
}

function waitWithin(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const go = () => {
      waiting.delete(go);
      signal.removeEventListener('abort', giveUp);
      resolve();
    };
    const giveUp = () => {
      waiting.delete(go);
      reject(signal.reason);
    };
    waiting.add(go);
    signal.addEventListener('abort', giveUp, { once: true });
  });
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}
