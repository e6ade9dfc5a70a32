/** What was read, and which reading of its SharedReading that was, from 1. */
export interface Reading<T> {
  value: T;
  number: number;
}

export interface SharedReadingOptions<T> {
  /** Reads once. Is told nothing of who asked, so nobody's going away breaks it off: it is to have a limit of its own. */
  read: () => Promise<T>;
  /** Between the end of one reading and the begin of the next, at least. Milliseconds. */
  intervalMs: number;
  /** It goes on reading for so long after somebody last asked. Milliseconds. @default 10,000 */
  idleMs?: number;
  /** Milliseconds that only grow. @default performance.now */
  now?: () => number;
}

/** A reading that failed is tried again when somebody asks so much later, at the latest. */
const ERROR_KEPT_MS = 2_000;

/**
 * One reading for all who ask, so that any number of viewers cost what one costs: at most one at a time and one an interval,
 * and none when nobody has asked for a while. As long as somebody does it reads ahead, so that most are answered at once.
 * An error is everybody's who waits for that reading, and of those who ask within the interval behind it, of 2 s at most: what
 * is mended is seen soon. Whoever gives up, by their signal, leaves the reading to the others.
 */
export class SharedReading<T> {
  readonly #options: Required<SharedReadingOptions<T>>;
  readonly #waiters = new Set<PromiseWithResolvers<Reading<T>>>();
  #count = 0;
  #underWay: Promise<Reading<T>> | undefined;
  #latest: { reading: Promise<Reading<T>>; number: number; isGood: boolean; endedAtMs: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #askedAtMs = Number.NEGATIVE_INFINITY;

  constructor({ idleMs = 10_000, now = () => performance.now(), ...options }: SharedReadingOptions<T>) {
    this.#options = { ...options, idleMs, now };
  }

  /**
   * A reading that ended within the last interval; while the next one is under way, within the last two.
   *
   * @throws what `read` threw within the last interval, 2 s at most; the signal's reason
   */
  async get(signal?: AbortSignal): Promise<Reading<T>> {
    return this.#ask(() => this.#current(), signal);
  }

  /**
   * The first reading after the one of that number: at once where there is one, else when it ends. 0 for any.
   *
   * @throws what `read` throws meanwhile: then call again, which waits for the next; the signal's reason
   */
  async next(after: number, signal?: AbortSignal): Promise<Reading<T>> {
    const waiter = Promise.withResolvers<Reading<T>>();
    try {
      return await this.#ask(() => this.#newerThan(after) ?? this.#untilNext(waiter), signal);
    } finally {
      this.#waiters.delete(waiter);
    }
  }

  /** Whoever asks from now on gets what is read from now on: something was changed that must be seen in it. */
  renew(): void {
    this.#latest = undefined;
    this.#underWay = undefined;
    if (this.#waiters.size > 0) void this.#begin();
  }

  async #ask(answer: () => Promise<Reading<T>>, signal: AbortSignal | undefined): Promise<Reading<T>> {
    signal?.throwIfAborted();
    this.#askedAtMs = this.#options.now();
    const reading = answer();
    return signal ? unlessAborted(reading, signal) : reading;
  }

  #current(): Promise<Reading<T>> {
    const latest = this.#latest;
    if (latest && this.#isWithin(1)) return latest.reading;
    if (latest?.isGood && this.#underWay && this.#isWithin(2)) return latest.reading;
    return this.#underWay ?? this.#begin();
  }

  #newerThan(after: number): Promise<Reading<T>> | undefined {
    const latest = this.#latest;
    return latest?.isGood && latest.number > after && this.#isWithin(2) ? latest.reading : undefined;
  }

  /** Whoever waits counts as asking, so the timer goes on; without one nothing was read for a while. */
  #untilNext(waiter: PromiseWithResolvers<Reading<T>>): Promise<Reading<T>> {
    this.#waiters.add(waiter);
    if (!this.#underWay && !this.#timer) void this.#begin();
    return waiter.promise;
  }

  #begin(): Promise<Reading<T>> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#count += 1;
    const number = this.#count;
    const reading = this.#read(number);
    this.#underWay = reading;
    reading.then(
      () => this.#end(reading, { number, isGood: true }),
      () => this.#end(reading, { number, isGood: false }),
    );
    return reading;
  }

  async #read(number: number): Promise<Reading<T>> {
    return { value: await this.#options.read(), number };
  }

  /** One that was renewed meanwhile is for those alone who asked before. */
  #end(reading: Promise<Reading<T>>, about: { number: number; isGood: boolean }): void {
    if (this.#underWay !== reading) return;
    this.#latest = { reading, ...about, endedAtMs: this.#options.now() };
    this.#underWay = undefined;
    for (const { resolve } of this.#waiters) resolve(reading);
    this.#waiters.clear();
    this.#timer = setTimeout(() => this.#goOn(), this.#options.intervalMs).unref();
  }

  #goOn(): void {
    this.#timer = undefined;
    const { now, idleMs } = this.#options;
    if (this.#waiters.size > 0 || now() - this.#askedAtMs <= idleMs) void this.#begin();
    else this.#latest = undefined; // nobody is to keep what it holds
  }

  #isWithin(intervals: number): boolean {
    const { now, intervalMs } = this.#options;
    const latest = this.#latest;
    if (!latest) return false;
    const keptMs = latest.isGood ? intervals * intervalMs : Math.min(intervalMs, ERROR_KEPT_MS);
    return now() - latest.endedAtMs < keptMs;
  }
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
