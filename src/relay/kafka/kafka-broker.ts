import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../../errors/describe-error.ts';
import {
  type Broker,
  BrokerDown,
  type BrokerTrouble,
  type KafkaTarget,
  MessageRefused,
  type Receipt,
} from '../broker.ts';
import type { Message } from '../message.ts';
import type { Delivery } from './delivery.ts';
import { IdempotentProducer } from './idempotent-producer.ts';
import type { KafkaAddress } from './kafka-address.ts';
import { KafkaConnection, type KafkaLimits } from './kafka-connection.ts';
import { KafkaLinks } from './kafka-links.ts';
import { describeTopic, TopicUnknown, TopicUnready } from './kafka-topics.ts';
import type { KafkaClient } from './load-kafka.ts';
import { type LaneLimits, PartitionLane } from './partition-lane.ts';
import { Partitioner } from './partitioner.ts';
import { toDelivery } from './to-delivery.ts';
import { TopicCache } from './topic-cache.ts';

export interface KafkaBrokerLimits extends KafkaLimits, LaneLimits {
  /** How long a publish may take, from the call on. */
  readonly publishTimeoutMs: number;
  /** Of one record. A broker ends the connection at a request of more than 100 MiB, which would look as if it were down. */
  readonly maxRecordBytes: number;
  /** Before the second attempt to reconnect; it doubles up to `maxReconnectDelayMs`, less up to a half by chance. */
  readonly reconnectDelayMs: number;
  readonly maxReconnectDelayMs: number;
}

const DEFAULTS: KafkaBrokerLimits = {
  connectTimeoutMs: 5_000,
  requestTimeoutMs: 15_000,
  replicasTimeoutMs: 10_000,
  publishTimeoutMs: 30_000,
  maxBatchCount: 500,
  maxBatchBytes: 900_000,
  maxRecordBytes: 64 * 1024 * 1024,
  maxAttempts: 4,
  retryDelayMs: 100,
  sequenceEnd: 2 ** 31,
  reconnectDelayMs: 250,
  maxReconnectDelayMs: 30_000,
};

/**
 * Hands messages to Kafka: to all replicas in sync (acks=all), by an idempotent producer, batched by partition as they come together.
 * At least once: a batch that was given up without an answer may be there, and its messages come again under the same `message-id`.
 */
export class KafkaBroker implements Broker<KafkaTarget> {
  readonly name = 'kafka';
  readonly #client: KafkaClient;
  readonly #address: KafkaAddress;
  readonly #limits: KafkaBrokerLimits;
  readonly #links: KafkaLinks;
  readonly #topics: TopicCache;
  readonly #producer: IdempotentProducer;
  readonly #partitioner: Partitioner;
  readonly #underWay = new Set<Delivery>();
  readonly #lanes = new Map<string, PartitionLane>();
  readonly #listeners: (() => void)[] = [];
  readonly #closing = new AbortController();
  #trouble: BrokerTrouble | undefined = { since: new Date(), because: 'connecting' };
  #isConnecting = false;
  #isClosed = false;
  /** How often it went down since something was stored. */
  #falls = 0;
  /** When something was last stored. */
  #workedAt = Number.NEGATIVE_INFINITY;

  /** @param limits others than the defaults */
  constructor(client: KafkaClient, address: KafkaAddress, limits: Partial<KafkaBrokerLimits> = {}) {
    this.#client = client;
    this.#address = address;
    this.#limits = { ...DEFAULTS, ...limits };
    this.#links = new KafkaLinks(client, { ...address, ...this.#limits });
    this.#topics = new TopicCache(this.#links);
    this.#producer = new IdempotentProducer(this.#links);
    this.#partitioner = new Partitioner(client);
    this.#links.onLost(() => void this.#probeUnlessBusy());
  }

  get trouble(): BrokerTrouble | undefined {
    return this.#trouble;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  open(): void {
    void this.#connect();
  }

  async publish({ topic }: KafkaTarget, message: Message, signal: AbortSignal): Promise<Receipt> {
    signal.throwIfAborted();
    if (this.#trouble || this.#isClosed) throw this.#down(this.#trouble?.because ?? 'closed');
    const delivery = toDelivery(message);
    if (delivery.size > this.#limits.maxRecordBytes)
      throw new MessageRefused('MESSAGE_TOO_LARGE', `the message has ${delivery.size} bytes`);
    void this.#dispatch(topic, message.key, delivery);
    return await this.#within(delivery, signal);
  }

  async check({ topic }: KafkaTarget): Promise<string | undefined> {
    const { nodes: _, ...options } = { ...this.#address, ...this.#limits };
    for (const [index, node] of this.#address.nodes.entries())
      try {
        const connection = await KafkaConnection.open(this.#client, node, options);
        try {
          await describeTopic(connection, topic);
          return undefined;
        } finally {
          connection.close();
        }
      } catch (error) {
        const isLast = index === this.#address.nodes.length - 1;
        if (error instanceof TopicUnknown) return error.message;
        if (isLast) return `Kafka cannot be reached: ${describeError(error).message}`;
      }
    return undefined;
  }

  async close(timeoutMs: number): Promise<void> {
    this.#isClosed = true;
    const settled = Promise.allSettled([...this.#underWay].map(({ receipt }) => receipt));
    const inTime = new AbortController();
    await Promise.race([settled, delay(timeoutMs, undefined, { signal: inTime.signal }).catch(() => {})]);
    inTime.abort();
    this.#trouble ??= { since: new Date(), because: 'closed' };
    this.#closing.abort();
    this.#links.closeAll();
    for (const delivery of this.#underWay) delivery.reject(this.#down('closed'));
    await Promise.all([...this.#lanes.values()].map((lane) => lane.settled()));
    this.#links.closeAll();
  }

  async #dispatch(name: string, key: string | undefined, delivery: Delivery): Promise<void> {
    try {
      const partition = this.#partitioner.partitionOf(await this.#topics.get(name), key);
      this.#laneOf(name, partition).add(delivery);
    } catch (error) {
      if (error instanceof TopicUnknown) delivery.reject(new MessageRefused(error.code, error.message));
      else this.#failDown(delivery, describeError(error).message, error instanceof TopicUnready);
    }
  }

  #laneOf(topic: string, partition: number): PartitionLane {
    const key = `${topic}:${partition}`;
    const known = this.#lanes.get(key);
    if (known) return known;
    const lane = new PartitionLane(topic, partition, {
      links: this.#links,
      topics: this.#topics,
      producer: this.#producer,
      limits: this.#limits,
      closing: this.#closing.signal,
      isDown: () => this.#trouble !== undefined,
      hasWorkedSince: (instant) => this.#workedAt > instant,
      goDown: (because) => this.#goDown(because),
      worked: () => {
        this.#falls = 0;
        this.#workedAt = performance.now();
      },
    });
    this.#lanes.set(key, lane);
    return lane;
  }

  async #within(delivery: Delivery, signal: AbortSignal): Promise<Receipt> {
    const { publishTimeoutMs } = this.#limits;
    const beganAt = performance.now();
    const late = () =>
      this.#failDown(delivery, `no answer within ${publishTimeoutMs / 1000} s`, this.#workedAt > beganAt);
    const timer = setTimeout(late, publishTimeoutMs);
    const onAbort = () => delivery.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#underWay.add(delivery);
    try {
      return await delivery.receipt;
    } finally {
      clearTimeout(timer);
      this.#underWay.delete(delivery);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** @param isAlone others are taken meanwhile: it is the affair of its partition, and of who sends there */
  #failDown(delivery: Delivery, because: string, isAlone: boolean): void {
    if (!isAlone) this.#goDown(because);
    delivery.reject(this.#down(because));
  }

  #down(because: string): BrokerDown {
    return new BrokerDown(`Kafka cannot take messages: ${because}`);
  }

  /** The gate is shut before anybody is told; what has an answer outstanding on a link gets none. */
  #goDown(because: string): void {
    if (this.#trouble) return;
    this.#setTrouble({ since: new Date(), because });
    this.#links.closeAll();
    for (const lane of this.#lanes.values()) lane.giveUp(this.#down(because));
    void this.#connect();
  }

  /** One attempt at a time, until there is a broker that gives a producer its id, or all is closed. */
  async #connect(): Promise<void> {
    if (this.#isConnecting) return;
    this.#isConnecting = true;
    for (let failures = this.#falls++; !this.#isClosed; failures++) {
      if (failures > 0) await this.#backOff(failures);
      if (this.#isClosed) break;
      try {
        await this.#probe();
        this.#isConnecting = false;
        return this.#setTrouble(undefined);
      } catch (error) {
        const since = this.#trouble?.since ?? new Date();
        if (!this.#isClosed) this.#setTrouble({ since, because: describeError(error).message });
      }
    }
    this.#isConnecting = false;
  }

  async #probe(): Promise<void> {
    this.#producer.renew();
    await this.#producer.current();
  }

  async #backOff(failures: number): Promise<void> {
    const { reconnectDelayMs, maxReconnectDelayMs } = this.#limits;
    const longestMs = Math.min(maxReconnectDelayMs, reconnectDelayMs * 2 ** (failures - 1));
    await delay(longestMs * (1 - Math.random() / 2), undefined, { signal: this.#closing.signal }).catch(
      () => {},
    );
  }

  /** A broker ends what was idle for ten minutes, which is no trouble: only if there is no other way to one. */
  async #probeUnlessBusy(): Promise<void> {
    if (this.#trouble || this.#isClosed) return;
    try {
      await this.#links.toAny();
    } catch (error) {
      this.#goDown(describeError(error).message);
    }
  }

  #setTrouble(trouble: BrokerTrouble | undefined): void {
    const isSame = trouble?.because === this.#trouble?.because;
    this.#trouble = trouble;
    if (!isSame) for (const listener of this.#listeners) listener();
  }
}
