/** Gives each host so many places at a time; who comes first is served first. */
export class Turns {
  readonly #limit: number;
  readonly #hosts = new Map<string, { free: number; readonly waiting: Set<() => void> }>();

  /** @param limit at each host, 1 or more */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Resolves when it is the caller's turn, with what ends it.
   *
   * @throws the signal's reason if that fires before
   */
  async take(host: string, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    const places = this.#hosts.get(host) ?? { free: this.#limit, waiting: new Set() };
    this.#hosts.set(host, places);
    if (places.free > 0) places.free -= 1;
    else await waitWithin(places.waiting, signal);
    return { [Symbol.dispose]: once(() => this.#leave(host)) };
  }

  /** A place goes from hand to hand, so that nobody who comes meanwhile has it before who waits. */
  #leave(host: string): void {
    const places = this.#hosts.get(host);
    if (!places) return;
    const [next] = places.waiting;
    if (next) next();
    else if (++places.free === this.#limit) this.#hosts.delete(host);
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
