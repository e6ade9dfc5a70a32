import { setTimeout as delay } from 'node:timers/promises';
import { exponentialDelay } from '../../tasks/retry-delay.ts';
import type { InboundBatch, InboundQueues } from '../inbound.ts';
import { Activity } from './activity.ts';
import type { Reading } from './reading.ts';
import type { BeatenSource, SourceReader, SourceState } from './source-reader.ts';

/** The way to the broker is kept by its own client, ever less often; this asks only whether it is there, and the queue. */
const retryDelay = exponentialDelay({ baseMs: 1_000, maxMs: 5_000 });
/** How often the broker is asked how many messages wait. */
const DEPTH_MS = 5_000;
/** A batch that was given back, as the source is paused, comes again at once: the beat that ends this is due in a second. */
const REFUSED_MS = 1_000;

/** Reads a queue, of which the broker hands each message to one process. */
export class QueueReader implements SourceReader {
  readonly #queues: InboundQueues;
  readonly #reading: Reading;
  #consuming: Activity | undefined;
  #depth: number | undefined;
  #depthAt = Number.NEGATIVE_INFINITY;

  constructor(queues: InboundQueues, reading: Reading) {
    this.#queues = queues;
    this.#reading = reading;
  }

  state(): SourceState {
    void this.#askDepth();
    return { source: this.#reading.source.name, trouble: this.#reading.trouble, depth: this.#depth };
  }

  heed(beaten: BeatenSource | undefined): void {
    const isWanted = beaten !== undefined && !beaten.isPaused && beaten.refusedBecause === null;
    if (!isWanted) void this.#consuming?.end();
    else this.#consuming ??= this.#begin();
  }

  async stop(): Promise<void> {
    await this.#consuming?.end();
  }

  #begin(): Activity {
    return new Activity(async (signal) => {
      await this.#consume(signal);
      this.#consuming = undefined;
    });
  }

  /** What goes wrong is tried again until the signal fires. */
  async #consume(signal: AbortSignal): Promise<void> {
    const { place, prefetch } = this.#reading.source;
    const onBegun = () => this.#reading.settle('broker');
    for (let failures = 0; !signal.aborted; ) {
      try {
        for await (const batch of this.#queues.consume(place, { prefetch, signal, onBegun })) {
          failures = 0;
          await this.#handle(batch, signal);
        }
      } catch (error) {
        failures += 1;
        if (!signal.aborted) this.#reading.suffer('broker', error);
      }
      await rest(retryDelay(Math.max(failures, 1), new Error()), signal);
    }
    this.#reading.forget('broker');
  }

  /**
   * The acknowledgement comes behind the commit: when the process dies between the two, the message is delivered again, and its id
   * is known.
   */
  async #handle(batch: InboundBatch, signal: AbortSignal): Promise<void> {
    const taken = await this.#reading.take(batch, signal);
    const isTaken = taken?.refused === null;
    try {
      await (isTaken ? batch.acknowledge() : batch.giveBack());
    } catch (err) {
      const { log, source } = this.#reading; // its channel is gone: the broker delivers the messages again
      log.debug({ err, source: source.name }, 'a batch could not be answered');
    }
    if (!isTaken) await rest(REFUSED_MS, signal);
  }

  /** Says nothing of whether the queue can be read: who may not, or comes second to an exclusive consumer, is told the depth all the same. */
  async #askDepth(): Promise<void> {
    if (performance.now() - this.#depthAt < DEPTH_MS) return;
    this.#depthAt = performance.now();
    try {
      this.#depth = await this.#queues.depth(this.#reading.source.place);
    } catch {
      this.#depth = undefined; // who consumes it meets the same, and tells of it
    }
  }
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}
