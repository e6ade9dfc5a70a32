import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../../db/database.ts';
import { describeError } from '../../errors/describe-error.ts';
import type { Logger } from '../../observability/logger.ts';
import { exponentialDelay } from '../../tasks/retry-delay.ts';
import type { InboundBatch } from '../inbound.ts';
import type { Source } from './source.ts';
import { type Taken, type Taker, takeMessages } from './take-messages.ts';

/** What the readers of one process share. */
export interface ReadingOptions {
  /** For batches; nobody else waits for its connections. */
  readonly db: Database;
  /** Names this process among the readers. */
  readonly reader: string;
  readonly log: Logger;
}

const retryDelay = exponentialDelay({ baseMs: 200, maxMs: 5_000 });

/** One source in this process: takes batches, and knows what is in the way. */
export class Reading {
  readonly source: Source;
  readonly #options: ReadingOptions;
  readonly #troubles = new Map<string, string>();

  constructor(source: Source, options: ReadingOptions) {
    this.source = source;
    this.#options = options;
  }

  /** What keeps it from reading; undefined when nothing does. */
  get trouble(): string | undefined {
    return this.#troubles.values().next().value;
  }

  get log(): Logger {
    return this.#options.log;
  }

  get db(): Database {
    return this.#options.db;
  }

  get reader(): string {
    return this.#options.reader;
  }

  /**
   * Takes the batch, however long the database is away, locked or full: what a broker handed over is held meanwhile, and not given
   * back, as some brokers throw away what was given back too often. Undefined when the signal fired first; what became of
   * the batch is unknown then.
   */
  async take(batch: InboundBatch, signal: AbortSignal, lease?: Taker['lease']): Promise<Taken | undefined> {
    const { db, reader } = this.#options;
    const taker: Taker = { db, reader, source: this.source, ...(lease && { lease }) };
    for (let tries = 1; !signal.aborted; tries += 1) {
      try {
        const taken = await takeMessages(taker, batch.messages);
        this.settle('database');
        if (taken.discarded > 0) this.#tellDiscarded(taken);
        return taken;
      } catch (error) {
        if (!signal.aborted) this.suffer('database', error);
        await delay(retryDelay(tries, new Error()), undefined, { signal }).catch(() => {});
      }
    }
    this.forget('database');
    return undefined;
  }

  /** Something is in the way; it is told once, until it is over. */
  suffer(what: string, error: unknown): void {
    const isNew = !this.#troubles.has(what);
    this.#troubles.set(what, describeError(error).message);
    if (isNew)
      this.log.warn({ err: error, source: this.source.name }, 'a source cannot be read, trying again');
  }

  settle(what: string): void {
    if (!this.#troubles.delete(what)) return;
    this.log.info({ source: this.source.name }, 'a source can be read again');
  }

  /** It is not tried any more, as it was paused, so nobody knows whether it could be. */
  forget(what: string): void {
    this.#troubles.delete(what);
  }

  #tellDiscarded({ discarded }: Taken): void {
    const { name, task } = this.source;
    this.log.warn(
      { source: name, task, discarded },
      'messages that fit no job were discarded; howdah.jobs has them with the reason',
    );
  }
}
