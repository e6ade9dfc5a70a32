import { setTimeout as delay } from 'node:timers/promises';
import {
  type InboundBatch,
  type InboundLogs,
  type InboundMessage,
  type LogOffsets,
  type MessagePosition,
  OffsetOutOfRange,
  type TopicDescription,
} from '../../src/relay/inbound.ts';
import { type FakeMessage, toInbound } from './fake-queues.ts';

interface Log {
  first: number;
  messages: InboundMessage[];
}

/** Topics of a broker in this process, which any number of readers read by themselves. */
export class FakeLogs implements InboundLogs {
  /** Most that a batch has. */
  batchSize = 100;
  /** Called with each batch before it is handed out. @default nothing */
  onBatch: (batch: InboundBatch) => Promise<void> | void = () => {};
  /** Thrown at every call. @default it works */
  trouble: Error | undefined;
  readonly #topics = new Map<string, { id: string | undefined; logs: Log[] }>();
  #made = 0;

  /** Also in the place of one of that name, as another topic. */
  make(topic: string, partitions: number): void {
    this.#made += 1;
    const logs = Array.from({ length: partitions }, () => ({ first: 0, messages: [] }));
    this.#topics.set(topic, { id: `topic-${this.#made}`, logs });
  }

  /** Behind those that it has. */
  addPartition(topic: string): void {
    this.#topics.get(topic)?.logs.push({ first: 0, messages: [] });
  }

  publish(topic: string, partition: number, ...messages: readonly FakeMessage[]): void {
    const log = this.#log(topic, partition);
    for (const message of messages) {
      const offset = BigInt(log.first + log.messages.length);
      log.messages.push({ ...toInbound(message), position: { topic, partition, offset } });
    }
  }

  /** What is before the offset is not kept any more. */
  expire(topic: string, partition: number, first: number): void {
    const log = this.#log(topic, partition);
    log.messages.splice(0, first - log.first);
    log.first = first;
  }

  /** What is from the offset on was never there. */
  cut(topic: string, partition: number, end: number): void {
    const log = this.#log(topic, partition);
    log.messages.length = end - log.first;
  }

  async describeTopic(topic: string): Promise<TopicDescription> {
    if (this.trouble) throw this.trouble;
    const { id, logs } = this.#topics.get(topic) ?? fail(topic);
    return { id, partitions: logs.map((_, partition) => partition) };
  }

  async offsets(topic: string, partition: number): Promise<LogOffsets> {
    if (this.trouble) throw this.trouble;
    const { first, messages } = this.#log(topic, partition);
    return { first: BigInt(first), end: BigInt(first + messages.length) };
  }

  async *readFrom(
    { topic, partition, offset }: MessagePosition,
    signal: AbortSignal,
  ): AsyncGenerator<InboundBatch> {
    for (let next = Number(offset); !signal.aborted; ) {
      if (this.trouble) throw this.trouble;
      const { first, messages } = this.#log(topic, partition);
      if (next < first || next > first + messages.length) throw new OffsetOutOfRange(`no offset ${next}`);
      const found = messages.slice(next - first, next - first + this.batchSize);
      if (found.length === 0) {
        await delay(5, undefined, { signal }).catch(() => {});
        continue;
      }
      const batch = { messages: found, acknowledge: async () => {}, giveBack: async () => {} };
      await this.onBatch(batch);
      yield batch;
      next += found.length;
    }
  }

  async close(): Promise<void> {}

  #log(topic: string, partition: number): Log {
    return this.#topics.get(topic)?.logs[partition] ?? fail(topic);
  }
}

function fail(topic: string): never {
  throw new Error(`there is no topic ${topic}`);
}
