import type { InboundLogs } from '../inbound.ts';
import { Activity } from './activity.ts';
import { PartitionReader } from './partition-reader.ts';
import type { Reading } from './reading.ts';
import type { BeatenSource, PartitionLease, SourceReader, SourceState } from './source-reader.ts';
import { TopicWatch } from './topic-watch.ts';

/** Reads those partitions of a topic that the database leases to this process. */
export class LogReader implements SourceReader {
  readonly #logs: InboundLogs;
  readonly #reading: Reading;
  readonly #watch: TopicWatch;
  readonly #partitions = new Map<number, { lease: number; activity: Activity }>();
  /** Those that are this process's, paused or not. */
  #leased: readonly number[] = [];

  constructor(logs: InboundLogs, reading: Reading) {
    this.#logs = logs;
    this.#reading = reading;
    this.#watch = new TopicWatch(logs, reading);
  }

  state(): SourceState {
    const { source, trouble } = this.#reading;
    this.#watch.look(this.#leased);
    const { topic, offsets } = this.#watch;
    return {
      source: source.name,
      trouble,
      topic_id: topic?.id,
      partitions: topic?.partitions,
      offsets: offsets.filter(({ partition }) => this.#leased.includes(partition)),
    };
  }

  heed(beaten: BeatenSource | undefined): void {
    this.#leased = (beaten?.leases ?? []).map(({ partition }) => partition);
    const isWanted = beaten !== undefined && !beaten.isPaused && beaten.refusedBecause === null;
    const leases = isWanted ? beaten.leases : [];
    for (const [partition, { lease, activity }] of this.#partitions) {
      if (!leases.some((each) => each.partition === partition && each.lease === lease)) void activity.end();
    }
    for (const lease of leases) if (!this.#partitions.has(lease.partition)) this.#begin(lease);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#partitions.values()].map(({ activity }) => activity.end()));
  }

  #begin({ partition, lease }: PartitionLease): void {
    const reader = new PartitionReader({
      logs: this.#logs,
      reading: this.#reading,
      watch: this.#watch,
      lease: { partition, lease: String(lease) },
    });
    const activity = new Activity(async (signal) => {
      await reader.read(signal);
      this.#partitions.delete(partition);
    });
    this.#partitions.set(partition, { lease, activity });
    this.#watch.distrust();
  }
}
