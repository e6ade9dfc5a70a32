export interface ConcurrencyLimitOptions {
  /** Calls under way at once. At least 1. */
  maxRunning: number;
  /** Calls waiting for their turn at once. */
  maxWaiting: number;
  /** What a call beyond both gets. */
  onFull: () => Error;
}

/** Runs the work when its turn comes, in order of arrival, and settles as the work does. */
export type ConcurrencyLimit = <T>(work: () => Promise<T>) => Promise<T>;

/** A gate that lets a bounded number of calls through at once and keeps a bounded number waiting. */
export function createConcurrencyLimit(options: ConcurrencyLimitOptions): ConcurrencyLimit {
  const waiting: (() => void)[] = [];
  let runningCount = 0;

  async function enter(): Promise<void> {
    if (runningCount < options.maxRunning) {
      runningCount += 1;
      return;
    }
    if (waiting.length >= options.maxWaiting) throw options.onFull();
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  /** The place passes straight to the next in line, so a newcomer cannot slip in between. */
  function leave(): void {
    const next = waiting.shift();
    if (next) next();
    else runningCount -= 1;
  }

  return async (work) => {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
