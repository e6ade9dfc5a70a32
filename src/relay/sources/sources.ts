import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { type DatabaseHandle, openDatabase } from '../../db/connections/open-database.ts';
import { requestLimits } from '../../db/limits.ts';
import { queryRows } from '../../db/sql-client.ts';
import { sqlStateOf } from '../../db/sql-state.ts';
import type { Logger } from '../../observability/logger.ts';
import type { InboundLogs, InboundQueues } from '../inbound.ts';
import { LogReader } from './log-reader.ts';
import { QueueReader } from './queue-reader.ts';
import { Reading } from './reading.ts';
import type { Source } from './source.ts';
import type { BeatenSource, SourceReader } from './source-reader.ts';

const ANNOUNCE = 'select howdah.announce_source($1::text, $2::text, $3::text)';
const BEAT = `
  select source, is_paused as "isPaused", refused_because as "refusedBecause", leases
  from howdah.beat_sources($1::uuid, $2::text, $3::integer, $4::jsonb)`;
const LEAVE = 'select howdah.leave_sources($1::uuid)';

const BEAT_MS = 1_000;
/** What a beat may take: it waits for nobody but a batch that is being counted. */
const BEAT_LIMIT_MS = 5_000;
const BATCH_LIMIT_MS = 30_000;
/** Batches that are written at once. */
const BATCHES = 2;
/** After so long without an answer a process takes nothing: its partitions are another's, and its queue messages are given back. */
const SILENCE_MS = 30_000;

/** The brokers that the sources are of. */
export interface InboundBrokers {
  readonly rabbitmq?: InboundQueues;
  readonly kafka?: InboundLogs;
}

export interface SourcesOptions {
  /** Not through a pooler that gives sessions to others. */
  connectionString: string;
  /** Whose workers read them. */
  application: string;
  sources: readonly Source[];
  brokers: InboundBrokers;
  log: Logger;
  /** What a batch may take in the database; it waits for a lock for half of that, and is tried again. Milliseconds. @default 30,000 */
  batchLimitMs?: number;
}

/**
 * Makes jobs of what comes into some places of brokers, in this process; any number may have the same sources. Messages of a queue
 * go to whoever the broker gives them; partitions of a topic are shared out by the database, and a process that dies or falls
 * silent gives its own up within seconds.
 */
export class Sources {
  readonly #options: SourcesOptions;
  readonly #reader = randomUUID();
  readonly #beats: DatabaseHandle;
  readonly #batches: DatabaseHandle;
  readonly #readers: ReadonlyMap<string, SourceReader>;
  readonly #ending = new AbortController();
  #running: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #answeredAt = performance.now();
  #failureCount = 0;
  #isAnnounced = false;

  constructor(options: SourcesOptions) {
    this.#options = options;
    this.#beats = this.#open('sources', BEAT_LIMIT_MS, 1);
    this.#batches = this.#open('messages', options.batchLimitMs ?? BATCH_LIMIT_MS, BATCHES);
    this.#readers = new Map(options.sources.map((source) => [source.name, this.#readerOf(source)]));
  }

  /**
   * Reads from when the first beat is answered. What the database does not take for another reason than the sources themselves is
   * tried again by itself.
   *
   * @throws the server's error where a source has an unknown task, or is read by another application
   */
  async start(): Promise<void> {
    await this.#announce().catch((error: unknown) => {
      if (sqlStateOf(error)?.startsWith('HW')) throw error;
      this.#options.log.warn({ err: error }, 'could not announce sources, trying again');
    });
    if (!this.#ending.signal.aborted) this.#running ??= this.#run();
  }

  async #announce(): Promise<void> {
    const { application, sources } = this.#options;
    for (const { name, task } of sources)
      await queryRows(this.#beats.db, ANNOUNCE, [name, task, application]);
    this.#isAnnounced = true;
  }

  /**
   * Takes no more messages; what a broker has handed over and is no job is given back. Safe to call twice.
   *
   * @param patienceMs what a statement under way gets before its connection is cut. @default 5 s
   */
  stop(patienceMs = 5_000): Promise<void> {
    this.#stopping ??= this.#stop(patienceMs);
    return this.#stopping;
  }

  async #stop(patienceMs: number): Promise<void> {
    this.#ending.abort();
    const limit = setTimeout(() => this.#batches.disconnect(), patienceMs);
    await Promise.all([this.#running, ...[...this.#readers.values()].map((reader) => reader.stop())]);
    clearTimeout(limit);
    await queryRows(this.#beats.db, LEAVE, [this.#reader]).catch(() => {}); // the silence says it too, later
    const { rabbitmq, kafka } = this.#options.brokers;
    await Promise.allSettled([rabbitmq?.close(), kafka?.close(), this.#beats.close(), this.#batches.close()]);
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await this.#beat();
      await delay(BEAT_MS, undefined, { signal }).catch(() => {});
    }
  }

  /** Never rejects. */
  async #beat(): Promise<void> {
    const states = [...this.#readers.values()].map((reader) => reader.state());
    try {
      if (!this.#isAnnounced) await this.#announce();
      const values = [this.#reader, hostname(), process.pid, JSON.stringify(states)];
      const beaten = await queryRows<BeatenSource>(this.#beats.db, BEAT, values);
      this.#answeredAt = performance.now();
      this.#failureCount = 0;
      if (this.#ending.signal.aborted) return;
      for (const [name, reader] of this.#readers) reader.heed(beaten.find(({ source }) => source === name));
    } catch (err) {
      this.#failureCount += 1;
      if (this.#failureCount === 1)
        this.#options.log.warn({ err }, 'could not beat for sources, trying again');
      if (performance.now() - this.#answeredAt < SILENCE_MS) return;
      for (const reader of this.#readers.values()) reader.heed(undefined);
    }
  }

  #readerOf(source: Source): SourceReader {
    const { brokers, log } = this.#options;
    const reading = new Reading(source, { db: this.#batches.db, reader: this.#reader, log });
    const broker = brokers[source.broker];
    if (!broker) throw new TypeError(`there is no broker for ${source.name}`);
    return 'consume' in broker ? new QueueReader(broker, reading) : new LogReader(broker, reading);
  }

  #open(name: string, statementMs: number, maxConnections: number): DatabaseHandle {
    const { connectionString, log } = this.#options;
    return openDatabase({
      connectionString,
      applicationName: `howdah ${name}`,
      maxConnections,
      limits: { ...requestLimits(statementMs), waitMs: 10 * statementMs },
      onConnectionError: (err) => log.warn({ err }, `connection of ${name} lost`),
    });
  }
}
