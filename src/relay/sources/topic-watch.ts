import type { InboundLogs, TopicDescription } from '../inbound.ts';
import type { Reading } from './reading.ts';
import type { PartitionOffsets } from './source-reader.ts';

/** How often the broker is asked for partitions and offsets. */
const LOOK_MS = 5_000;

/** What a broker says of a topic: which one it is, its partitions, and how far those that are read here go. */
export class TopicWatch {
  readonly #logs: InboundLogs;
  readonly #reading: Reading;
  #topic: TopicDescription | undefined;
  #offsets: readonly PartitionOffsets[] = [];
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;
  #describing: Promise<TopicDescription> | undefined;

  constructor(logs: InboundLogs, reading: Reading) {
    this.#logs = logs;
    this.#reading = reading;
  }

  get topic(): TopicDescription | undefined {
    return this.#topic;
  }

  get offsets(): readonly PartitionOffsets[] {
    return this.#offsets;
  }

  /** Looks again, unless it has just done so or is at it. Never rejects. */
  look(partitions: readonly number[]): void {
    if (performance.now() - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = performance.now();
    this.#looking ??= this.#look(partitions).finally(() => {
      this.#looking = undefined;
    });
  }

  /** The next look is due. */
  distrust(): void {
    this.#lookedAt = Number.NEGATIVE_INFINITY;
  }

  /**
   * Whether what was read before this call is of the topic that was known when it was begun: of one that was made anew since, the
   * same offsets are other messages. Ids are never used again, so one answer that is asked for behind the read tells.
   *
   * @throws what the broker answers
   */
  async isStill(id: string | undefined): Promise<boolean> {
    this.#describing ??= this.#logs.describeTopic(this.#reading.source.place).finally(() => {
      this.#describing = undefined;
    });
    this.#topic = await this.#describing;
    return this.#topic.id === id;
  }

  async #look(partitions: readonly number[]): Promise<void> {
    const { place } = this.#reading.source;
    try {
      this.#topic = await this.#logs.describeTopic(place);
      const offsets: PartitionOffsets[] = [];
      for (const partition of partitions) {
        const { first, end } = await this.#logs.offsets(place, partition);
        offsets.push({ partition, first: String(first), end: String(end) });
      }
      this.#offsets = offsets;
      this.#reading.settle('topic');
    } catch (error) {
      this.#reading.suffer('topic', error);
    }
  }
}
