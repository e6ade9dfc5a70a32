import { setTimeout as delay } from 'node:timers/promises';
import { queryRows } from '../../db/sql-client.ts';
import { exponentialDelay } from '../../tasks/retry-delay.ts';
import { type InboundLogs, OffsetOutOfRange } from '../inbound.ts';
import type { Reading } from './reading.ts';
import type { TopicWatch } from './topic-watch.ts';

const BEGIN =
  'select howdah.begin_partition($1::text, $2::uuid, $3::integer, $4::bigint, $5::text, $6::bigint, $7::bigint, $8::bigint)::text as position';

const retryDelay = exponentialDelay({ baseMs: 500, maxMs: 10_000 });

export interface PartitionReaderOptions {
  logs: InboundLogs;
  reading: Reading;
  watch: TopicWatch;
  lease: { readonly partition: number; readonly lease: string };
}

/** Reads one partition for as long as its lease is this process's. */
export class PartitionReader {
  readonly #options: PartitionReaderOptions;

  constructor(options: PartitionReaderOptions) {
    this.#options = options;
  }

  /** Returns when the signal fired, or the partition is another process's. What goes wrong is tried again until then. */
  async read(signal: AbortSignal): Promise<void> {
    const { reading, watch, lease } = this.#options;
    const trouble = `partition ${lease.partition}`;
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        const began = performance.now();
        if ((await this.#readOn(signal)) === 'lost') break;
        if (performance.now() - began > 60_000) failures = 0;
      } catch (error) {
        if (signal.aborted) break;
        watch.distrust(); // the log does not reach back, or forward, so far: the next beat says where it goes on
        if (!(error instanceof OffsetOutOfRange)) reading.suffer(trouble, error);
      }
      await delay(retryDelay(failures, new Error()), undefined, { signal }).catch(() => {});
    }
    reading.forget(trouble);
  }

  async #readOn(signal: AbortSignal): Promise<'lost' | 'ended'> {
    const { logs, reading, watch, lease } = this.#options;
    const { source } = reading;
    const topicId = watch.topic?.id;
    const offset = await this.#position(topicId);
    if (offset === undefined) return 'lost';
    const { partition } = lease;
    for await (const batch of logs.readFrom({ topic: source.place, partition, offset }, signal)) {
      reading.settle(`partition ${partition}`);
      if (!(await watch.isStill(topicId))) return 'lost';
      const taken = await reading.take(batch, signal, lease);
      if (taken?.refused !== null) return 'lost';
      await batch.acknowledge();
    }
    return 'ended';
  }

  /** Where it is read from; undefined when it is another process's by now, this is another topic than the positions are of, or one that ends before it. */
  async #position(topicId: string | undefined): Promise<bigint | undefined> {
    const { logs, reading, watch, lease } = this.#options;
    const { source, db, reader } = reading;
    const { first, end } = await logs.offsets(source.place, lease.partition);
    if (!(await watch.isStill(topicId))) return undefined; // the end of another topic says nothing of this one
    const start = source.start === 'first' ? first : end;
    const [row] = await queryRows<{ position: string | null }>(db, BEGIN, [
      source.name,
      reader,
      lease.partition,
      lease.lease,
      topicId,
      String(start),
      String(first),
      String(end),
    ]);
    return row?.position == null ? undefined : BigInt(row.position);
  }
}
