import { setTimeout as delay } from 'node:timers/promises';
import type { listOffsetsV7 } from '@platformatic/kafka';
import {
  type InboundBatch,
  type InboundLogs,
  type LogOffsets,
  type MessagePosition,
  OffsetOutOfRange,
  type TopicDescription,
} from '../inbound.ts';
import { type AnswerRoom, PROCESS_ROOM } from './answer-room.ts';
import type { FetchedRecords } from './committed-records.ts';
import type { KafkaAddress, KafkaNode } from './kafka-address.ts';
import { KafkaConnection, type KafkaLimits } from './kafka-connection.ts';
import { KafkaLinks } from './kafka-links.ts';
import { describeTopic, type KafkaTopic, TopicUnknown } from './kafka-topics.ts';
import type { KafkaClient } from './load-kafka.ts';
import { PartitionFetcher, TopicMadeAnew } from './partition-fetcher.ts';
import { protocolErrorId } from './protocol-error.ts';
import { BatchTooLarge, BatchUnreadable } from './read-batches.ts';
import { toInbound } from './to-inbound.ts';

const ID_NOT_TOLD = '00000000-0000-0000-0000-000000000000';
const READ_COMMITTED = 1;
const EARLIEST = -2n;
const LATEST = -1n;
/** Leaders change: what one of them does not know is asked so often, with longer and longer waits. */
const MAX_ATTEMPTS = 5;
const RETRY_DELAY_MS = 50;
/** Of messages in one batch. */
const MAX_COUNT = 500;

const LASTING = [TopicUnknown, TopicMadeAnew, OffsetOutOfRange, BatchTooLarge, BatchUnreadable];

const DEFAULTS: KafkaLimits = { connectTimeoutMs: 5_000, requestTimeoutMs: 15_000 };

/**
 * Topics of Kafka, read without consumer groups: from any offset, by whoever wants to. It reads what is committed alone, and asks for
 * a topic by the id it has when reading begins, so that one that was made anew meanwhile is never taken for it. That needs a broker
 * from 3.1 on.
 */
export class KafkaLogs implements InboundLogs {
  readonly #client: KafkaClient;
  readonly #options: KafkaAddress & KafkaLimits;
  readonly #links: KafkaLinks;

  readonly #room: AnswerRoom;

  /**
   * @param limits others than the defaults
   * @param room that its readers share with others of this process
   */
  constructor(
    client: KafkaClient,
    address: KafkaAddress,
    limits: Partial<KafkaLimits> = {},
    room = PROCESS_ROOM,
  ) {
    this.#client = client;
    this.#room = room;
    this.#options = { ...address, ...DEFAULTS, ...limits };
    this.#links = new KafkaLinks(client, this.#options);
  }

  async describeTopic(name: string): Promise<TopicDescription> {
    const { id, leaders } = await this.#describe(name);
    return { id: id === ID_NOT_TOLD ? undefined : id, partitions: [...leaders.keys()] };
  }

  async offsets(topic: string, partition: number): Promise<LogOffsets> {
    return await tryAgain(async () => {
      const link = await this.#links.to(leaderOf(await this.#describe(topic), partition));
      const [first, end] = await Promise.all([
        askOffset(link, { topic, partition, time: EARLIEST }),
        askOffset(link, { topic, partition, time: LATEST }),
      ]);
      return { first, end };
    });
  }

  async *readFrom(place: MessagePosition, signal: AbortSignal): AsyncGenerator<InboundBatch> {
    const { topic, partition } = place;
    if (signal.aborted) return;
    const { id: topicId } = await this.#describe(topic);
    const fetcher = new PartitionFetcher({
      place: { topic, topicId, partition },
      connect: () => this.#connect(topic, partition),
      offsets: () => this.offsets(topic, partition),
      room: this.#room,
    });
    const leave = this.#room.enter();
    try {
      for (let position = place.offset; !signal.aborted; ) {
        const { result, release } = await tryAgain(() => fetcher.fetch(position, signal), signal);
        try {
          position = yield* inParts(result, { topic, partition }, signal);
        } finally {
          release();
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      leave();
      fetcher.close();
    }
  }

  async close(): Promise<void> {
    this.#links.closeAll();
  }

  /** Of its own for each reader: a broker answers what is asked on one connection in turn, and a fetch waits for messages. */
  async #connect(topic: string, partition: number): Promise<{ link: KafkaConnection; topicId: string }> {
    const described = await this.#describe(topic);
    const link = await KafkaConnection.open(this.#client, leaderOf(described, partition), this.#options);
    return { link, topicId: described.id };
  }

  async #describe(name: string): Promise<KafkaTopic> {
    const { topic, nodes } = await describeTopic(await this.#links.toAny(), name);
    this.#links.learn(nodes);
    return topic;
  }
}

/** Returns where to go on: behind what was fetched, or at the first message of a batch that was given back. */
async function* inParts(
  { records, next }: FetchedRecords,
  place: Omit<MessagePosition, 'offset'>,
  signal: AbortSignal,
): AsyncGenerator<InboundBatch, bigint> {
  for (let begin = 0; begin < records.length && !signal.aborted; begin += MAX_COUNT) {
    const part = records.slice(begin, begin + MAX_COUNT);
    let isGivenBack = false;
    yield {
      messages: part.map(({ offset, record }) => toInbound(record, { ...place, offset })),
      acknowledge: async () => {},
      giveBack: async () => {
        isGivenBack = true;
      },
    };
    if (isGivenBack) return part[0]?.offset ?? next;
  }
  return next;
}

/** @throws {Error} what the last attempt did, or what no other attempt would mend */
async function tryAgain<T>(attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let count = 1; ; count++)
    try {
      return await attempt();
    } catch (error) {
      if (LASTING.some((kind) => error instanceof kind) || count === MAX_ATTEMPTS || signal?.aborted)
        throw error;
      await delay(RETRY_DELAY_MS * 2 ** (count - 1), undefined, { ...(signal && { signal }) });
    }
}

function leaderOf({ name, leaders }: KafkaTopic, partition: number): KafkaNode {
  if (partition >= leaders.length) throw new Error(`the topic ${name} has no partition ${partition}`);
  const leader = leaders[partition];
  if (!leader) throw new Error(`partition ${partition} of ${name} has no leader`);
  return leader;
}

async function askOffset(
  link: KafkaConnection,
  { topic, partition, time }: { topic: string; partition: number; time: bigint },
): Promise<bigint> {
  const asked = [{ partitionIndex: partition, currentLeaderEpoch: -1, timestamp: time }];
  const topics = [{ name: topic, partitions: asked }];
  const answer = await link.ask<listOffsetsV7.ListOffsetsResponse>('ListOffsets', -1, READ_COMMITTED, topics);
  const { errorCode = -1, offset = -1n } = answer.topics[0]?.partitions[0] ?? {};
  if (errorCode !== 0) throw new Error(`Kafka tells no offsets of ${topic}: ${protocolErrorId(errorCode)}`);
  return offset;
}
