import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../db/database.ts';
import { readQueueStats } from '../../look/queue-stats.ts';
import { createThroughputMeter, type ThroughputMeter } from '../../look/throughput.ts';
import { createJobWatch, type JobWatch } from '../../look/watch-jobs.ts';
import { loggedError } from '../../observability/logged-error.ts';
import type { Logger } from '../../observability/logger.ts';
import { presentQueue } from '../../wire/present-queue.ts';
import { type EventOutbox, gapEvent, type StreamEvent } from './event-outbox.ts';

const LOOK_INTERVAL_MS = 500;
/** A client that lost its connection has so long to come back without a gap. */
const LINGER_MS = 30_000;
/** Events that a client which comes back can have missed. */
const KEPT_EVENTS = 2_000;

export interface EventFeedOptions {
  db: Database;
  log: Logger;
  /** Ends it. */
  stopping?: AbortSignal | undefined;
}

/**
 * Looks at the database twice a second while anybody listens and 30 s longer, and hands what changed to all who do. One
 * look serves any number of clients. Otherwise it does nothing.
 */
export class EventFeed {
  readonly #options: EventFeedOptions;
  readonly #outboxes = new Set<EventOutbox>();
  readonly #kept: StreamEvent[] = [];
  /** Another process's ids mean nothing here. */
  readonly #run = randomBytes(4).toString('hex');
  #count = 0;
  #queues = '';
  #isLooking = false;
  #leftAtMs = 0;
  #isBlind = false;

  constructor(options: EventFeedOptions) {
    this.#options = options;
  }

  /** From now on the outbox gets every event; first those after `lastEventId`, or a gap when they are not known. */
  join(outbox: EventOutbox, lastEventId: string | undefined): void {
    if (this.#queues !== '') outbox.put({ event: 'queues', data: this.#queues });
    for (const event of this.#missed(lastEventId)) outbox.put(event);
    this.#outboxes.add(outbox);
    if (!this.#isLooking) void this.#look();
  }

  leave(outbox: EventOutbox): void {
    this.#outboxes.delete(outbox);
    this.#leftAtMs = performance.now();
  }

  #missed(lastEventId: string | undefined): StreamEvent[] {
    if (lastEventId === undefined) return [];
    const isNewest = lastEventId === `${this.#run}-${this.#count}` && this.#isLooking;
    const index = this.#kept.findIndex(({ id }) => id === lastEventId);
    if (index < 0 && !isNewest) return [gapEvent('these events are no longer known')];
    return this.#kept.slice(index + 1);
  }

  /** Once nobody looks, changes go unnoticed; so what was kept is of no use to those who come later. */
  async #look(): Promise<void> {
    this.#isLooking = true;
    const watch = createJobWatch();
    const measure = createThroughputMeter();
    while (this.#isWanted()) {
      await this.#lookOnce(watch, measure);
      await sleep(LOOK_INTERVAL_MS, undefined, { ref: false });
    }
    this.#isLooking = false;
    this.#kept.length = 0;
    this.#queues = '';
  }

  #isWanted(): boolean {
    const isHeard = this.#outboxes.size > 0 || performance.now() - this.#leftAtMs < LINGER_MS;
    return isHeard && !this.#options.stopping?.aborted;
  }

  async #lookOnce(watch: JobWatch, measure: ThroughputMeter): Promise<void> {
    try {
      const { changes, isComplete } = await watch(this.#options.db);
      if (!isComplete) this.#publish(gapEvent('more changed than the stream follows'));
      for (const change of changes) this.#publish({ event: 'job', data: JSON.stringify(change) });
      await this.#publishQueues(measure);
      if (this.#isBlind) this.#options.log.info('the event stream looks at the database again');
      this.#isBlind = false;
    } catch (error) {
      if (!this.#isBlind) this.#warn(error);
      this.#isBlind = true;
    }
  }

  /** Once an outage: it looks again twice a second. */
  #warn(error: unknown): void {
    const fields = { error: loggedError(error) };
    this.#options.log.warn(fields, 'the event stream cannot look at the database');
  }

  async #publishQueues(measure: ThroughputMeter): Promise<void> {
    const { db } = this.#options;
    const found = await readQueueStats(db);
    const throughputs = measure(found);
    const queues = found.map((each) => presentQueue(each, throughputs.get(each.queue)));
    const data = JSON.stringify({ queues });
    if (data === this.#queues) return;
    this.#queues = data;
    for (const outbox of this.#outboxes) outbox.put({ event: 'queues', data });
  }

  #publish(event: StreamEvent): void {
    this.#count += 1;
    const numbered = { ...event, id: `${this.#run}-${this.#count}` };
    this.#kept.push(numbered);
    if (this.#kept.length > KEPT_EVENTS) this.#kept.shift();
    for (const outbox of this.#outboxes) outbox.put(numbered);
  }
}
