import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
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
  #client: pg.Client | undefined;
  #isClosed = false;

  constructor(connectionString: string, log: Logger) {
    this.#connectionString = connectionString;
    this.#log = log;
  }

  async open(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#connectionString,
      application_name: 'howdah liveness',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    });
    client.on('error', () => this.#reopen(client));
    client.on('end', () => this.#reopen(client));
    await client.connect();
    for (const token of this.#tokens) await client.query(LOCK, [token]);
    this.#client = client;
  }

  async hold(token: string): Promise<void> {
    this.#tokens.add(token);
    await this.#client?.query(LOCK, [token]);
  }

  async drop(token: string): Promise<void> {
    this.#tokens.delete(token);
    await this.#client?.query(UNLOCK, [token]).catch(() => {});
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#client?.end().catch(() => {});
  }

  #reopen(lost: pg.Client): void {
    if (this.#isClosed || this.#client !== lost) return;
    this.#client = undefined;
    this.#log.warn('liveness connection lost, opening another');
    void this.#openUntilItWorks();
  }

  async #openUntilItWorks(): Promise<void> {
    while (!this.#isClosed && !this.#client) {
      await delay(RECONNECT_DELAY_MS);
      await this.open().catch(() => {});
    }
  }
}
