import type { KafkaTopic } from './kafka-topics.ts';
import type { KafkaClient } from './load-kafka.ts';

/** Chooses partitions as Kafka's own producer for Java does: by murmur2 of the key, so that both put one key into one partition. */
export class Partitioner {
  readonly #client: KafkaClient;
  /** Of each topic, the partition of messages without a key; no longer fresh in the next turn of the event loop. */
  readonly #turns = new Map<string, { index: number; isFresh: boolean }>();

  constructor(client: KafkaClient) {
    this.#client = client;
  }

  /** Messages without a key that are published together go to one partition, the next ones to the next that has a leader. */
  partitionOf(topic: KafkaTopic, key: string | undefined): number {
    if (key === undefined) return this.#turnOf(topic);
    const hash = this.#client.compatibilityPartitioner(undefined as never, Buffer.from(key));
    return hash % topic.leaders.length;
  }

  #turnOf({ name, leaders }: KafkaTopic): number {
    const last = this.#turns.get(name) ?? { index: -1, isFresh: false };
    if (last.isFresh && last.index < leaders.length) return last.index;
    const led = [...leaders.keys()].filter((index) => leaders[index]);
    const turn = { index: led.find((index) => index > last.index) ?? led[0] ?? 0, isFresh: true };
    this.#turns.set(name, turn);
    setImmediate(() => {
      turn.isFresh = false;
    });
    return turn.index;
  }
}
