/** A message as a broker handed it over. */
export interface InboundMessage {
  /** By which it is known again; undefined for one that its producer gave none. */
  readonly id: string | undefined;
  readonly key: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Where it stands in a log; undefined for a message of a queue. */
  readonly position: MessagePosition | undefined;
  /** Whether the broker says that it was handed over before. */
  readonly isRedelivered: boolean;
}

export interface MessagePosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** Messages that came together, in the order of their arrival; at least one. */
export interface InboundBatch {
  readonly messages: readonly InboundMessage[];
  /** They are jobs now. Where it is lost they come again. Does nothing for a log, whose positions the database keeps. */
  acknowledge(): Promise<void>;
  /** They are not: the broker shall hand them over again, to anybody. */
  giveBack(): Promise<void>;
}

/** A broker whose queues hand each message to one consumer: RabbitMQ. */
export interface InboundQueues {
  /**
   * What arrives in the queue, in batches of what is there within 20 ms: at most `prefetch` messages that are neither acknowledged
   * nor given back. It ends when the signal fires, and gives back what was not handed out by then; batches that were can be
   * acknowledged after that.
   *
   * @throws what ended it otherwise: no such queue, a lost connection. Consuming again is the caller's
   */
  consume(queue: string, options: ConsumeOptions): AsyncIterable<InboundBatch>;
  /** Messages that wait in the queue for a consumer. @throws as `consume` */
  depth(queue: string): Promise<number>;
  /** Ends its connection, if it has one. */
  close(): Promise<void>;
}

export interface ConsumeOptions {
  readonly prefetch: number;
  readonly signal: AbortSignal;
  /** Called once the broker has agreed to hand messages over, be there any or not. @default nothing */
  readonly onBegun?: () => void;
}

/** A broker whose topics are logs that everybody reads by themselves: Kafka. */
export interface InboundLogs {
  /** @throws when there is no such topic, or the broker does not answer */
  describeTopic(topic: string): Promise<TopicDescription>;
  /** @throws likewise */
  offsets(topic: string, partition: number): Promise<LogOffsets>;
  /**
   * What is in the partition from that offset on, and what comes. It ends when the signal fires.
   *
   * @throws {OffsetOutOfRange} when the log does not have that offset, and what else ended it
   */
  readFrom(place: MessagePosition, signal: AbortSignal): AsyncIterable<InboundBatch>;
  /** Ends its connections, if it has some. */
  close(): Promise<void>;
}

export interface TopicDescription {
  /** The id that the broker gave it when it was made; undefined where it tells none. */
  readonly id: string | undefined;
  readonly partitions: readonly number[];
}

export interface LogOffsets {
  /** Of the first message that is kept. */
  readonly first: bigint;
  /** That the next message will have. */
  readonly end: bigint;
}

/** The log does not reach back, or forward, to the offset that was asked for. */
export class OffsetOutOfRange extends Error {
  override readonly name = 'OffsetOutOfRange';
}
