import type { metadataV12 } from '@platformatic/kafka';
import type { KafkaNode } from './kafka-address.ts';
import type { KafkaConnection } from './kafka-connection.ts';
import { protocolErrorId } from './protocol-error.ts';

/** A topic as a broker describes it. */
export interface KafkaTopic {
  readonly name: string;
  /** Given when it is made; one of the same name that is made later has another. Zeros if the broker does not tell. */
  readonly id: string;
  /** Of each partition, by its number, who leads it; undefined while nobody does. */
  readonly leaders: readonly (KafkaNode | undefined)[];
}

/** The broker does not show a topic: there is none, or we may not see it. */
export class TopicUnknown extends Error {
  override readonly name = 'TopicUnknown';
  /** Kafka's, such as `UNKNOWN_TOPIC_OR_PARTITION`. */
  readonly code: string;

  constructor(topic: string, code: string) {
    super(`Kafka does not show the topic ${topic}: ${code}`);
    this.code = code;
  }
}

/** The broker knows the topic, and that nobody leads it as yet. */
export class TopicUnready extends Error {
  override readonly name = 'TopicUnready';
}

const UNKNOWN_TOPIC = 3;
const INVALID_TOPIC = 17;
const DENIED = 29;
const LASTING = new Set([UNKNOWN_TOPIC, INVALID_TOPIC, DENIED]);

/**
 * What a broker knows of the topic, and of the brokers. It makes no topic.
 *
 * @throws {TopicUnknown} there is none of that name, or we may not see it
 * @throws {TopicUnready} it has no partition yet
 */
export async function describeTopic(
  connection: KafkaConnection,
  name: string,
): Promise<{ topic: KafkaTopic; nodes: KafkaNode[] }> {
  const answer = await connection.ask<metadataV12.MetadataResponse>('Metadata', [name], false, false);
  const topic = answer.topics.find((each) => each.name === name);
  const code = topic?.errorCode ?? UNKNOWN_TOPIC;
  if (!topic || LASTING.has(code)) throw new TopicUnknown(name, protocolErrorId(code));
  if (topic.partitions.length === 0)
    throw new TopicUnready(`${name} has no partition yet: ${protocolErrorId(code)}`);
  const nodes = new Map(answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
  const leaders: (KafkaNode | undefined)[] = [];
  for (const { partitionIndex, leaderId } of topic.partitions) leaders[partitionIndex] = nodes.get(leaderId);
  return { topic: { name, id: topic.topicId, leaders }, nodes: [...nodes.values()] };
}
