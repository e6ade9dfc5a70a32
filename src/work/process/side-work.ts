import { setTimeout as delay } from 'node:timers/promises';
import { type DatabaseHandle, openDatabase } from '../../db/connections/open-database.ts';
import type { Database } from '../../db/database.ts';
import { requestLimits } from '../../db/limits.ts';
import type { Logger } from '../../observability/logger.ts';

export interface SideWorkOptions {
  connectionString: string;
  /** Seen as `howdah <name>` in `pg_stat_activity`. */
  name: string;
  /** What a statement may take; it waits for a lock for half of that. */
  statementMs: number;
  /** All there is to do at this moment; never rejects. @returns in how many milliseconds there will be something again */
  round: () => Promise<number>;
  log: Logger;
}

/**
 * Something that a worker does by itself, beside its jobs, round after round: one statement at a time, over one connection
 * of its own. Waits by the time that passes here, never by what the clock of this machine says.
 */
export class SideWork {
  readonly #round: () => Promise<number>;
  readonly #database: DatabaseHandle;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor({ connectionString, name, statementMs, round, log }: SideWorkOptions) {
    this.#round = round;
    this.#database = openDatabase({
      connectionString,
      applicationName: `howdah ${name}`,
      maxConnections: 1,
      limits: requestLimits(statementMs),
      onConnectionError: (err) => log.warn({ err }, `connection of ${name} lost`),
    });
  }

  get db(): Database {
    return this.#database.db;
  }

  /** Fires when it is to stop: a round under way begins nothing further. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Nothing once it was stopped. */
  start(): void {
    if (!this.stopping.aborted) this.#running ??= this.#run();
  }

  /**
   * Resolves once no statement of its own is under way. Safe to call twice.
   *
   * @param patienceMs what a statement gets before its connection is cut. @default as long as it may take
   */
  async stop(patienceMs?: number): Promise<void> {
    this.#stopping.abort();
    const limit = patienceMs === undefined ? undefined : setTimeout(this.#database.disconnect, patienceMs);
    await this.#running;
    await this.#database.close();
    clearTimeout(limit);
  }

  async #run(): Promise<void> {
    const { stopping: signal } = this;
    while (!signal.aborted) {
      const waitMs = await this.#round();
      await delay(waitMs + 1, undefined, { signal }).catch(() => {});
    }
  }
}
