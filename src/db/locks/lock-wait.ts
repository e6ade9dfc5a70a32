import { describeHolder, describeMs, type LockHolder, type LockWatch } from './lock-holders.ts';

const LOOK_EVERY_MS = 200;

const TELL_EVERY_MS = 10_000;

/** Others were in the way of a migration for as long as it may wait; whose sessions they are is in the message. */
export class LockWaitError extends Error {
  override readonly name = 'LockWaitError';
  /** Whose locks, in a sentence without a full stop. */
  readonly because: string;

  constructor(message: string, { because, cause }: { because: string; cause: unknown }) {
    super(message, { cause });
    this.because = because;
  }
}

/** Not available in time, or chosen to end a deadlock: both pass when the others are through. */
const LOCK_FAILURES: ReadonlySet<unknown> = new Set(['55P03', '40P01']);

/** Whether somebody else's lock was in the way. */
export function isLockFailure(error: unknown): boolean {
  return error instanceof Error && 'code' in error && LOCK_FAILURES.has(error.code);
}

export interface LockWaitOptions {
  /** Completes "waiting to …". */
  purpose: string;
  watch: LockWatch;
  /** Most it may last, in milliseconds. */
  waitLimitMs: number;
  /** Told in a sentence for whom it waits, when that begins and every 10 s. */
  onWait: (message: string) => void;
}

/** One wait for locks of others, over all its attempts: says for whom, and when it was too long. */
export class LockWait {
  readonly #options: LockWaitOptions;
  readonly #sinceMs = performance.now();
  #holders: LockHolder[] = [];
  #attemptCount = 0;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(options: LockWaitOptions) {
    this.#options = options;
  }

  get isFirstAttempt(): boolean {
    return this.#attemptCount === 0;
  }

  /** What `work` returns; meanwhile, but for the first time, it is looked for whom the session `pid` waits. */
  async attempt<T>(work: () => Promise<T>, pid: number): Promise<T> {
    if (this.#attemptCount++ === 0) return work();
    let looking: Promise<void> | undefined;
    const timer = setInterval(() => {
      looking ??= this.#look(pid).finally(() => {
        looking = undefined;
      });
    }, LOOK_EVERY_MS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      await looking;
    }
  }

  /** @throws {LockWaitError} with this cause, when the time is over and it has been looked for whom it waits */
  throwIfOver(cause: unknown): void {
    const waitedMs = performance.now() - this.#sinceMs;
    if (waitedMs < this.#options.waitLimitMs || this.#attemptCount < 2) return;
    const because = this.#blockers();
    throw new LockWaitError(
      `gave up waiting to ${this.#options.purpose} after ${describeMs(waitedMs)}: ${because}. End that session, or wait ` +
        'for its end, and start again (nothing of this step was changed); MIGRATE_TIMEOUT, or the option migrateTimeoutMs, ' +
        'says how long a start waits.',
      { because, cause },
    );
  }

  async #look(pid: number): Promise<void> {
    const holders = await this.#options.watch.holders(pid);
    if (holders.length === 0) return;
    this.#holders = holders;
    const nowMs = performance.now();
    if (nowMs - this.#toldMs < TELL_EVERY_MS) return;
    this.#toldMs = nowMs;
    const { purpose, onWait, waitLimitMs } = this.#options;
    const limits = `for ${describeMs(nowMs - this.#sinceMs)}, at most ${describeMs(waitLimitMs)}`;
    onWait(`waiting to ${purpose}: ${this.#blockers()}; ${limits}`);
  }

  #blockers(): string {
    if (this.#holders.length === 0) return 'a session that could not be named holds a lock';
    return `the lock is held by ${this.#holders.map(describeHolder).join(' and ')}`;
  }
}
