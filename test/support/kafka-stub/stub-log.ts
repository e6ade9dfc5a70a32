import { randomUUID } from 'node:crypto';
import { crc32c, type KafkaRecord, Reader, readRecordsBatches } from '@platformatic/kafka';

/** Error codes of Kafka's protocol that the stub gives by itself. */
const CORRUPT = 2;
const TOO_LARGE = 10;
const OUT_OF_ORDER = 45;

/** As many batches of each producer a broker remembers, to know again what is sent twice. */
const REMEMBERED = 5;

interface Batch {
  readonly base: bigint;
  readonly last: bigint;
  readonly bytes: Buffer;
}

interface Producer {
  next: number;
  readonly recent: { first: number; count: number; base: bigint }[];
}

export interface Appended {
  readonly error: number;
  readonly base: bigint;
}

export interface StubRecord extends KafkaRecord {
  readonly offset: bigint;
  readonly producerId: bigint;
}

export class StubPartition {
  /** Node that leads it; another one refuses what is sent to it. -1 for none. */
  leader = 1;
  /** What is sent to it is refused by that. */
  error: number | undefined;
  firstOffset = 0n;
  nextOffset = 0n;
  /** What readers of committed records are told to leave out. */
  readonly aborted: { producerId: bigint; firstOffset: bigint }[] = [];
  readonly #batches: Batch[] = [];
  readonly #producers = new Map<bigint, Producer>();

  /** What a producer sends: refused if its sequence has a gap, not written twice if it is sent twice. */
  append(bytes: Buffer, maxBytes: number): Appended {
    const failed = (error: number): Appended => ({ error, base: -1n });
    if (crc32c(bytes.subarray(21)) !== bytes.readUInt32BE(17)) return failed(CORRUPT);
    if (bytes.length > maxBytes) return failed(TOO_LARGE);
    const id = bytes.readBigInt64BE(43);
    const first = bytes.readInt32BE(53);
    const count = bytes.readInt32BE(57);
    if (id < 0n) return { error: 0, base: this.write(bytes) };
    const producer = this.#producers.get(id) ?? { next: 0, recent: [] };
    const before = producer.recent.find((each) => each.first === first && each.count === count);
    if (before) return { error: 0, base: before.base };
    if (first !== producer.next) return failed(OUT_OF_ORDER);
    const base = this.write(bytes);
    producer.next += count;
    producer.recent.push({ first, count, base });
    if (producer.recent.length > REMEMBERED) producer.recent.shift();
    this.#producers.set(id, producer);
    return { error: 0, base };
  }

  /** One batch as it is, at the end. */
  write(given: Buffer): bigint {
    const bytes = Buffer.from(given);
    const base = this.nextOffset;
    bytes.writeBigInt64BE(base, 0);
    this.nextOffset = base + BigInt(bytes.readInt32BE(23)) + 1n;
    this.#batches.push({ base, last: this.nextOffset - 1n, bytes });
    return base;
  }

  /** As retention does: what is before it is gone. */
  moveFirstOffset(offset: bigint): void {
    this.firstOffset = offset;
    while (this.#batches[0] && this.#batches[0].last < offset) this.#batches.shift();
  }

  /** Whole batches from the one that has the offset; the first even if it is larger than that. */
  read(offset: bigint, maxBytes: number): Buffer {
    const found: Buffer[] = [];
    let left = maxBytes;
    for (const { last, bytes } of this.#batches) {
      if (last < offset) continue;
      if (found.length > 0 && bytes.length > left) break;
      found.push(bytes);
      left -= bytes.length;
    }
    return Buffer.concat(found);
  }

  /** All that is in it. */
  records(): StubRecord[] {
    return this.#batches.flatMap(({ bytes }) =>
      readRecordsBatches(Reader.from(bytes)).flatMap((batch) =>
        batch.records.map((record) => ({
          ...record,
          offset: batch.firstOffset + BigInt(record.offsetDelta),
          producerId: batch.producerId,
        })),
      ),
    );
  }

  /** A broker that lost what it knew of producers, as after an unclean election. */
  forgetProducers(): void {
    this.#producers.clear();
  }
}

export class StubTopic {
  readonly name: string;
  readonly id = randomUUID();
  readonly partitions: readonly StubPartition[];
  /** Of one batch. @default that of Kafka, 1,048,588 */
  maxBytes = 1_048_588;
  /** Whether it may not be written to: the code of TOPIC_AUTHORIZATION_FAILED is the answer. */
  isDenied = false;

  constructor(name: string, partitionCount: number) {
    this.name = name;
    this.partitions = Array.from({ length: partitionCount }, () => new StubPartition());
  }

  partition(index: number): StubPartition {
    const found = this.partitions[index];
    if (!found) throw new Error(`${this.name} has no partition ${index}`);
    return found;
  }

  records(): StubRecord[] {
    return this.partitions.flatMap((each) => each.records());
  }
}
