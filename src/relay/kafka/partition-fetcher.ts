import { setTimeout as delay } from 'node:timers/promises';
import { type LogOffsets, OffsetOutOfRange } from '../inbound.ts';
import type { AnswerRoom, Held } from './answer-room.ts';
import { committedRecords, type FetchedRecords } from './committed-records.ts';
import type { RawFetch } from './fetch-raw.ts';
import type { KafkaConnection } from './kafka-connection.ts';
import { TopicUnknown } from './kafka-topics.ts';
import { protocolErrorId } from './protocol-error.ts';
import { readBatches } from './read-batches.ts';

/** How long a broker waits for messages where there are none. */
const MAX_WAIT_MS = 500;
/** At least between two answers that hold nothing. */
const PAUSE_MS = 20;
const READ_COMMITTED = 1;
/** Each answer has all that was asked for: nothing is remembered between them. */
const NO_SESSION = [0, -1] as const;
const UNKNOWN = -1;
const OUT_OF_RANGE = 1;
const DENIED = 29;

/** There is another topic of that name now: what is known of positions in it is of the one that is gone. */
export class TopicMadeAnew extends Error {
  override readonly name = 'TopicMadeAnew';
}

export interface PartitionFetcherOptions {
  readonly place: { readonly topic: string; readonly topicId: string; readonly partition: number };
  /** To its leader; with the id that the topic has by then. */
  connect(): Promise<{ link: KafkaConnection; topicId: string }>;
  offsets(): Promise<LogOffsets>;
  /** For what it fetches, beside what others do. */
  readonly room: AnswerRoom;
}

/** Fetches from one partition, by a connection of its own. */
export class PartitionFetcher {
  readonly #options: PartitionFetcherOptions;
  #link: KafkaConnection | undefined;
  #isClosed = false;

  constructor(options: PartitionFetcherOptions) {
    this.#options = options;
  }

  /**
   * What is there from that offset on, in room that is the caller's to release; perhaps nothing, after half a second. After an error the next fetch looks for the leader anew.
   *
   * @throws {OffsetOutOfRange} the log begins behind it, or ends before it
   * @throws {TopicMadeAnew} the topic is another one by now
   * @throws {BatchTooLarge} what is there first is more than a worker takes into its memory
   * @throws {BatchUnreadable} it is not as batches are
   * @throws {TopicUnknown} it is gone, or we may not read it
   * @throws {Error} its leader does not answer, or leads it no more; or the signal fired
   */
  async fetch(offset: bigint, signal: AbortSignal): Promise<Held<FetchedRecords>> {
    const asked = this.#fetch(offset, signal);
    try {
      return await untilAborted(asked, signal);
    } catch (error) {
      void asked.then(
        ({ release }) => release(), // it came as the signal fired
        () => {},
      );
      this.#drop();
      throw error;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#drop();
  }

  async #fetch(offset: bigint, signal: AbortSignal): Promise<Held<FetchedRecords>> {
    const { place, room } = this.#options;
    const link = await this.#connected();
    const beganAt = performance.now();
    const partitionMaxBytes = room.answerBytes; // unless its first batch is larger
    const partition = { partition: place.partition, fetchOffset: offset, partitionMaxBytes };
    const epochs = { currentLeaderEpoch: UNKNOWN, lastFetchedEpoch: UNKNOWN };
    const topics = [{ topicId: place.topicId, partitions: [{ ...partition, ...epochs }] }];
    const answer = await link.ask<RawFetch>(
      'Fetch',
      ...[MAX_WAIT_MS, 1, partitionMaxBytes, READ_COMMITTED, ...NO_SESSION, topics, [], ''],
    );
    const fetched = answer.responses[0]?.partitions[0];
    const code = answer.errorCode || (fetched?.errorCode ?? UNKNOWN);
    if (code !== 0 || !fetched) throw await this.#explain(code, offset);
    const { records: packed } = fetched;
    if (packed === null || packed.length === 0) {
      if (performance.now() - beganAt < PAUSE_MS) await delay(PAUSE_MS);
      return { result: { records: [], next: offset }, release() {} };
    }
    const { result: batches, release } = await room.hold(() => readBatches(link.client, packed), signal);
    const result = committedRecords({ ...fetched, records: batches }, offset);
    if (result.next > offset || performance.now() - beganAt >= PAUSE_MS) return { result, release };
    release();
    await delay(PAUSE_MS);
    return { result: { records: [], next: offset }, release };
  }

  async #connected(): Promise<KafkaConnection> {
    if (this.#link?.isOpen) return this.#link;
    const { topic, topicId } = this.#options.place;
    const { link, topicId: presentId } = await this.#options.connect();
    if (this.#isClosed || presentId !== topicId) link.close();
    if (presentId !== topicId)
      throw new TopicMadeAnew(`the topic ${topic} was made anew: its id was ${topicId} and is ${presentId}`);
    this.#link = link;
    return link;
  }

  async #explain(code: number, offset: bigint): Promise<Error> {
    const { topic, partition } = this.#options.place;
    if (code === DENIED) return new TopicUnknown(topic, protocolErrorId(code));
    if (code !== OUT_OF_RANGE)
      return new Error(`Kafka gives nothing of partition ${partition} of ${topic}: ${protocolErrorId(code)}`);
    const { first, end } = await this.#options.offsets();
    const lost = offset < first ? `; ${first - offset} are gone` : '';
    return new OffsetOutOfRange(
      `partition ${partition} of ${topic} has messages from ${first} to before ${end}, none at ${offset}${lost}`,
    );
  }

  #drop(): void {
    this.#link?.close();
    this.#link = undefined;
  }
}

/** What comes after that is nobody's. */
async function untilAborted<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  asked.catch(() => {});
  try {
    return await Promise.race([asked, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
