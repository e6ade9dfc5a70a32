import { setTimeout as delay } from 'node:timers/promises';
import { openSession, type Session } from '../../db/session.ts';
import type { Logger } from '../../observability/logger.ts';
import { paced } from './paced.ts';

const RECONNECT_DELAY_MS = 250;
const CONNECT_TIMEOUT_MS = 3_000;

/** A record that could not be made, as when the database was busy, is tried again. */
const LOCK_RETRY_MS = 1_000;

/** Anybody who may connect may notify: who shouts is heard this often. Operators are not kept waiting by it. */
const CONTROL_MS = 100;

const LOCK = 'select howdah.show_life($1) as "isHeld"';
const UNLOCK = 'select howdah.hide_life($1)';

export interface LivenessOptions {
  connectionString: string;
  log: Logger;
  /** An operator changed something that workers must know of (howdah.tell_workers). */
  onControl: () => void;
}

/**
 * The one session that belongs to this process for as long as it lives, recorded for each runner: the server ends it the
 * moment this process dies, which is how others learn of it within seconds. It also listens to operators. A lost
 * connection is replaced; until then the heartbeat alone speaks for this process, and hears for it.
 */
export class LivenessLocks {
  readonly #options: LivenessOptions;
  /** Whether the session is recorded for the token. */
  readonly #tokens = new Map<string, boolean>();
  #session: Session | undefined;
  /** Tells the session in use from those that were lost: it may be over before anybody holds it. */
  #over: AbortController | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: LivenessOptions) {
    this.#options = { ...options, onControl: paced(options.onControl, CONTROL_MS) };
  }

  async open(): Promise<void> {
    const over = new AbortController();
    const session = await openSession({
      connectionString: this.#options.connectionString,
      applicationName: 'howdah liveness',
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      onEnd: () => {
        over.abort();
        this.#reopen(over);
      },
    });
    try {
      await this.#prepare(session);
      over.signal.throwIfAborted();
    } catch (error) {
      await session.end().catch(() => {});
      throw error;
    }
    this.#session = session;
    this.#over = over;
    this.#retry = setInterval(() => void this.#lockMissing(session), LOCK_RETRY_MS).unref();
    if (this.#isClosed) await this.close();
    else this.#options.onControl();
  }

  async hold(token: string): Promise<void> {
    this.#tokens.set(token, false);
    if (this.#session) await this.#lock(this.#session, token);
  }

  async drop(token: string): Promise<void> {
    this.#tokens.delete(token);
    await this.#session?.query(UNLOCK, [token]).catch(() => {});
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#retry);
    await this.#session?.end().catch(() => {});
  }

  async #prepare(session: Session): Promise<void> {
    session.on('notification', this.#options.onControl);
    await session.query('listen howdah_control');
    for (const token of this.#tokens.keys()) await this.#lock(session, token);
  }

  async #lock(session: Session, token: string): Promise<void> {
    const { rows } = await session.query<{ isHeld: boolean }>(LOCK, [token]);
    if (this.#tokens.has(token)) this.#tokens.set(token, rows[0]?.isHeld ?? false);
  }

  async #lockMissing(session: Session): Promise<void> {
    for (const [token, isHeld] of this.#tokens) {
      if (!isHeld) await this.#lock(session, token).catch(() => {});
    }
  }

  #reopen(over: AbortController): void {
    if (this.#isClosed || this.#over !== over) return;
    this.#session = undefined;
    this.#over = undefined;
    clearInterval(this.#retry);
    this.#options.log.warn('liveness connection lost, opening another');
    void this.#openUntilItWorks();
  }

  async #openUntilItWorks(): Promise<void> {
    for (const token of this.#tokens.keys()) this.#tokens.set(token, false);
    while (!this.#isClosed && !this.#session) {
      await delay(RECONNECT_DELAY_MS);
      await this.open().catch(() => {});
    }
  }
}
