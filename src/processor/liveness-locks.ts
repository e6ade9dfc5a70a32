import { setTimeout as delay } from 'node:timers/promises';
import { openSession, type Session } from '../db/session.ts';
import type { Logger } from '../observability/logger.ts';

const RECONNECT_DELAY_MS = 250;
const CONNECT_TIMEOUT_MS = 3_000;

const LOCK = 'select pg_advisory_lock(howdah.runner_lock_class(), howdah.runner_lock_key($1))';
const UNLOCK = 'select pg_advisory_unlock(howdah.runner_lock_class(), howdah.runner_lock_key($1))';

/**
 * Session-level advisory locks, one a runner, on one connection. The server drops them the moment this process dies,
 * which is how others learn of it within seconds. A lost connection is replaced and the locks taken again; until then
 * the heartbeat alone speaks for this process.
 */
export class LivenessLocks {
  readonly #connectionString: string;
  readonly #log: Logger;
  readonly #tokens = new Set<string>();
  #session: Session | undefined;
  #isClosed = false;

  constructor(connectionString: string, log: Logger) {
    this.#connectionString = connectionString;
    this.#log = log;
  }

  async open(): Promise<void> {
    const session: Session = await openSession({
      connectionString: this.#connectionString,
      applicationName: 'howdah liveness',
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      onEnd: () => this.#reopen(session),
    });
    for (const token of this.#tokens) await session.query(LOCK, [token]);
    this.#session = session;
  }

  async hold(token: string): Promise<void> {
    this.#tokens.add(token);
    await this.#session?.query(LOCK, [token]);
  }

  async drop(token: string): Promise<void> {
    this.#tokens.delete(token);
    await this.#session?.query(UNLOCK, [token]).catch(() => {});
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#session?.end().catch(() => {});
  }

  #reopen(lost: Session): void {
    if (this.#isClosed || this.#session !== lost) return;
    this.#session = undefined;
    this.#log.warn('liveness connection lost, opening another');
    void this.#openUntilItWorks();
  }

  async #openUntilItWorks(): Promise<void> {
    while (!this.#isClosed && !this.#session) {
      await delay(RECONNECT_DELAY_MS);
      await this.open().catch(() => {});
    }
  }
}
