import type { DatabaseHandle } from '../../db/connections/open-database.ts';
import { findHolders, type HeldTables } from '../../db/locks/lock-holders.ts';
import type { Logger } from '../../observability/logger.ts';

/** A statement without an answer for so long is trouble, as one that fails: somebody may hold a lock for an hour. */
export const SILENT_MS = 10_000;

export interface SilenceOptions {
  connectionString: string;
  /** The runner's connections. */
  database: Pick<DatabaseHandle, 'pids'>;
  queue: string;
  log: Logger;
}

/** Tells in the log of statements of a runner that have no answer for long, with the table and who holds it where they wait for a lock. */
export class Silence {
  readonly #options: SilenceOptions;
  #toldAt = Number.NEGATIVE_INFINITY;
  #held: HeldTables | undefined;

  constructor(options: SilenceOptions) {
    this.#options = options;
  }

  /** For whom the runner's sessions waited at the latest look; undefined when they did not, or nobody could be asked. */
  get held(): HeldTables | undefined {
    return this.#held;
  }

  async look(): Promise<void> {
    const { connectionString, database } = this.#options;
    this.#held = await findHolders(connectionString, database.pids());
  }

  /** Watches a statement, until disposed of. */
  watch(): Disposable {
    const timer = setTimeout(() => this.tell(), SILENT_MS);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  }

  /** One has been silent for so long; what falls silent within as long after it is told of with it. */
  tell(): void {
    const now = performance.now();
    if (now - this.#toldAt < SILENT_MS) return;
    this.#toldAt = now;
    void this.#tell();
  }

  async #tell(): Promise<void> {
    const { queue, log } = this.#options;
    await this.look();
    log.warn({ queue, ...this.#held }, `no answer from the database for ${SILENT_MS / 1_000} s`);
  }
}
