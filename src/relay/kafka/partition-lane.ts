import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import type { produceV9 } from '@platformatic/kafka';
import { describeError } from '../../errors/describe-error.ts';
import { BrokerDown, MessageRefused } from '../broker.ts';
import type { Delivery } from './delivery.ts';
import type { IdempotentProducer, ProducerId } from './idempotent-producer.ts';
import type { KafkaConnection } from './kafka-connection.ts';
import type { KafkaLinks } from './kafka-links.ts';
import { TopicUnknown, TopicUnready } from './kafka-topics.ts';
import { outcomeOf, type Postponed, type ProduceOutcome } from './produce-outcome.ts';
import type { TopicCache } from './topic-cache.ts';

const ALL_REPLICAS = -1;
/** It is asked for again at first: a topic that was just made is not known by every broker at once. */
const UNKNOWN_TOPIC = 'UNKNOWN_TOPIC_OR_PARTITION';

export interface LaneLimits {
  /** Of records in one batch. */
  readonly maxBatchCount: number;
  /** Of their bytes; one that is larger goes alone. Kafka's own limit of a batch is 1,048,588. */
  readonly maxBatchBytes: number;
  /** How often a batch is sent at most. */
  readonly maxAttempts: number;
  /** Before the second attempt; it doubles. */
  readonly retryDelayMs: number;
  /** How long a broker may wait for its replicas. */
  readonly replicasTimeoutMs: number;
  /** The number no record's sequence reaches: 2^31 on the wire. */
  readonly sequenceEnd: number;
}

/** What the lanes of a broker share. */
export interface LaneScenery {
  readonly links: KafkaLinks;
  readonly topics: TopicCache;
  readonly producer: IdempotentProducer;
  readonly limits: LaneLimits;
  /** Aborted when all is given up. */
  readonly closing: AbortSignal;
  isDown(): boolean;
  /** Whether something was stored after that instant, as `performance.now()` has it. */
  hasWorkedSince(instant: number): boolean;
  /** Called before anybody is told BrokerDown: whoever is told so finds the gate shut. */
  goDown(because: string): void;
  /** Called when something was stored. */
  worked(): void;
}

interface Stamp {
  readonly producer: ProducerId;
  readonly sequence: number;
}

/** The way to one partition: one batch at a time, of whatever came together while the one before it was under way. */
export class PartitionLane {
  readonly #topic: string;
  readonly #partition: number;
  readonly #scenery: LaneScenery;
  readonly #queue: Delivery[] = [];
  #running: Promise<void> | undefined;
  #producer: ProducerId | undefined;
  /** Sequence of the next record under that producer. */
  #next = 0;
  /** When the batch that is under way was first sent. */
  #beganAt = 0;

  constructor(topic: string, partition: number, scenery: LaneScenery) {
    this.#topic = topic;
    this.#partition = partition;
    this.#scenery = scenery;
  }

  add(delivery: Delivery): void {
    this.#queue.push(delivery);
    this.#running ??= this.#run();
  }

  /** What has not been sent yet is told that the broker is down. */
  giveUp(error: BrokerDown): void {
    for (const delivery of this.#queue.splice(0)) delivery.reject(error);
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    await setImmediate(); // What is published in the same turn goes together.
    for (let batch = this.#take(); batch.length > 0; batch = this.#take())
      try {
        await this.#deliver(batch);
      } catch (error) {
        this.#tellDown(batch, unsent(describeError(error).message));
      }
    this.#running = undefined;
  }

  #take(): Delivery[] {
    const { maxBatchCount, maxBatchBytes } = this.#scenery.limits;
    const batch: Delivery[] = [];
    let bytes = 0;
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      const isFull = batch.length === maxBatchCount || bytes + next.size > maxBatchBytes;
      if (batch.length > 0 && (isFull || next.isAlone)) break;
      this.#queue.shift();
      if (next.isSettled) continue;
      batch.push(next);
      bytes += next.size;
      if (next.isAlone) break;
    }
    return batch;
  }

  /**
   * A batch whose fate is not known is sent again as it was, under the same number, which the broker knows: it is there once. Where
   * that cannot be, because it is given up or somebody in it is gone, the number is not used again (see `renew`).
   */
  async #deliver(taken: Delivery[]): Promise<void> {
    const { producer, topics, limits, closing } = this.#scenery;
    this.#beganAt = performance.now();
    let batch = taken;
    let stamp: Stamp | undefined;
    let isInDoubt = false;
    const leaveNumber = () => {
      producer.renew();
      stamp = undefined;
      isInDoubt = false;
    };
    for (let attempt = 1; ; attempt++) {
      stamp ??= await this.#stamp(batch.length);
      const outcome = await this.#send(batch, stamp);
      if (outcome.is === 'stored') return this.#stored(batch, stamp, outcome.offset);
      if (outcome.is === 'postponed') isInDoubt ||= outcome.isInDoubt;
      if (outcome.is !== 'postponed' || attempt === limits.maxAttempts || this.#scenery.isDown()) {
        if (isInDoubt || (outcome.is === 'postponed' && outcome.isForgotten)) leaveNumber();
        return this.#failed(batch, outcome);
      }
      topics.forget(this.#topic);
      await delay(limits.retryDelayMs * 2 ** (attempt - 1), undefined, { signal: closing }).catch(() => {});
      const wanted = batch.filter((each) => !each.isSettled);
      if (outcome.isForgotten || (isInDoubt && wanted.length < batch.length)) leaveNumber();
      if (wanted.length === 0) return;
      if (wanted.length < batch.length) stamp = undefined;
      batch = wanted;
    }
  }

  async #stamp(count: number): Promise<Stamp> {
    const { producer, limits } = this.#scenery;
    if (this.#next + count > limits.sequenceEnd) producer.renew();
    const current = await producer.current();
    if (current !== this.#producer) {
      this.#producer = current;
      this.#next = 0;
    }
    return { producer: current, sequence: this.#next };
  }

  async #send(batch: readonly Delivery[], stamp: Stamp): Promise<ProduceOutcome> {
    let link: KafkaConnection;
    try {
      const topic = await this.#scenery.topics.get(this.#topic);
      const leader = topic.leaders[this.#partition];
      if (!leader)
        return {
          ...unsent(`partition ${this.#partition} of ${this.#topic} has no leader`),
          isAnswered: true,
        };
      link = await this.#scenery.links.to(leader);
    } catch (error) {
      if (error instanceof TopicUnknown) return { is: 'refused', code: error.code };
      return { ...unsent(describeError(error).message), isAnswered: error instanceof TopicUnready };
    }
    try {
      return outcomeOf(await this.#produce(link, batch, stamp));
    } catch (error) {
      return { ...unsent(describeError(error).message), isInDoubt: true };
    }
  }

  async #produce(
    link: KafkaConnection,
    batch: readonly Delivery[],
    { producer, sequence }: Stamp,
  ): Promise<produceV9.ProduceResponsePartition> {
    const place = { topic: this.#topic, partition: this.#partition };
    const records = batch.map(({ record }) => ({ ...record, ...place }));
    const answer = await link.ask<produceV9.ProduceResponse>(
      'Produce',
      ALL_REPLICAS,
      this.#scenery.limits.replicasTimeoutMs,
      records,
      {
        producerId: producer.id,
        producerEpoch: producer.epoch,
        sequences: { getWithDefault: () => sequence },
      },
    );
    const partition = answer.responses[0]?.partitionResponses[0];
    if (!partition) throw new Error('Kafka answers nothing of what it was sent');
    return partition;
  }

  #stored(batch: readonly Delivery[], stamp: Stamp, first: bigint | undefined): void {
    if (this.#producer === stamp.producer) this.#next = stamp.sequence + batch.length;
    this.#scenery.worked();
    for (const [index, delivery] of batch.entries())
      delivery.resolve({
        topic: this.#topic,
        partition: this.#partition,
        offset: first === undefined ? null : Number(first) + index,
      });
  }

  #failed(batch: readonly Delivery[], outcome: Exclude<ProduceOutcome, { is: 'stored' }>): void {
    if (outcome.is === 'unfit' && batch.length > 1) this.#sendOneByOne(batch);
    else if (outcome.is !== 'postponed') this.#refuse(batch, outcome.code);
    else if (outcome.because === UNKNOWN_TOPIC) this.#refuse(batch, UNKNOWN_TOPIC);
    else this.#tellDown(batch, outcome);
  }

  /** Whose fault it was is not told: the others shall not share its fate. */
  #sendOneByOne(batch: readonly Delivery[]): void {
    for (const delivery of batch) delivery.isAlone = true;
    this.#queue.unshift(...batch);
  }

  #refuse(batch: readonly Delivery[], code: string): void {
    const error = new MessageRefused(code, `Kafka refuses the message for the topic ${this.#topic}: ${code}`);
    for (const delivery of batch) delivery.reject(error);
  }

  /** While brokers answer, and take what goes elsewhere, it is this partition that does not: nobody else's messages are in its way. */
  #tellDown(batch: readonly Delivery[], { because, isAnswered }: Postponed): void {
    const { goDown, hasWorkedSince } = this.#scenery;
    if (!isAnswered && !hasWorkedSince(this.#beganAt)) goDown(because);
    const error = new BrokerDown(`Kafka did not take the message: ${because}`);
    for (const delivery of batch) delivery.reject(error);
  }
}

function unsent(because: string): Postponed {
  return { is: 'postponed', because, isInDoubt: false, isForgotten: false, isAnswered: false };
}
