import type { RecordsBatch } from '@platformatic/kafka';
import { toError } from '../../errors/to-error.ts';
import { countParts, RecordsUnreadable } from './count-parts.ts';
import type { KafkaClient } from './load-kafka.ts';
import { UnpacksTooLarge, unpackBatch } from './unpack-batch.ts';

/** What the batches of one answer may take unpacked: some sixty times as much as they may as they come. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Messages and headers together: the smallest take seven bytes there, and two, and fifty times as much here, or a hundred. */
const MAX_PARTS = 250_000;

const BATCH_BEGIN = 12; // its first offset and length
const ATTRIBUTES = 21;
const LAST_OFFSET_DELTA = 23;
const COUNT = 57;
const HEAD = 61;
const CODEC = 0b111;

/** A batch that no worker takes into its memory: what comes after it in its partition waits. */
export class BatchTooLarge extends Error {
  override readonly name = 'BatchTooLarge';
}

/** A batch that is not as batches are: what comes after it in its partition waits. */
export class BatchUnreadable extends Error {
  override readonly name = 'BatchUnreadable';
}

interface Room {
  readonly bytes: number;
  readonly parts: number;
}

interface Unpacked {
  /** The batch as it would be had nobody packed its records. */
  readonly plain: Buffer;
  readonly parts: number;
}

/**
 * The batches of an answer, unpacked; the last one may be cut off, and is left out. So are those after which it would be too much,
 * and what is behind one that cannot be read: they come with the next answer.
 *
 * @throws {BatchTooLarge} the first is too much by itself
 * @throws {BatchUnreadable} the first says of itself what cannot be
 */
export function readBatches(client: KafkaClient, bytes: Buffer): RecordsBatch[] {
  const batches: RecordsBatch[] = [];
  const room = { bytes: MAX_BYTES, parts: MAX_PARTS };
  for (let at = 0; at + BATCH_BEGIN <= bytes.length; ) {
    const end = at + BATCH_BEGIN + bytes.readInt32BE(at + 8);
    if (end > bytes.length) break;
    try {
      const { plain, parts } = unpack(client, bytes.subarray(at, Math.max(at, end)), room);
      batches.push(read(client, plain));
      room.bytes -= plain.length;
      room.parts -= parts;
    } catch (error) {
      if (batches.length > 0) break;
      throw refusalOf(error, bytes.subarray(at));
    }
    at = end;
  }
  return batches;
}

/**
 * @throws {UnpacksTooLarge} it has no room
 * @throws {RecordsUnreadable} see `countParts`
 */
function unpack(client: KafkaClient, batch: Buffer, room: Room): Unpacked {
  if (batch.length < HEAD) throw new RecordsUnreadable('it is shorter than its own head');
  const count = batch.readInt32BE(COUNT);
  if (count > room.parts) throw new UnpacksTooLarge();
  const plain = unpackRecords(client, batch, room.bytes);
  const parts = countParts(plain.subarray(HEAD), count, room.parts);
  if (parts > room.parts) throw new UnpacksTooLarge();
  return { plain, parts };
}

/** @throws {RecordsUnreadable} the client cannot read it, or messages stand where they cannot: reading would not get past them */
function read(client: KafkaClient, plain: Buffer): RecordsBatch {
  const batch = readable(() => client.readRecordsBatch(client.Reader.from(plain)));
  const last = batch.lastOffsetDelta;
  if (last < 0) throw new RecordsUnreadable(`its last message is ${last} behind its first`);
  const beyond = batch.records.find(({ offsetDelta }) => offsetDelta < 0 || offsetDelta > last);
  if (beyond)
    throw new RecordsUnreadable(
      `a message is ${beyond.offsetDelta} behind its first, and its last one ${last}`,
    );
  return batch;
}

/** What cannot be read now cannot be read later: nothing is gained by another try. */
function readable<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof UnpacksTooLarge) throw error;
    throw new RecordsUnreadable(toError(error).message, { cause: error });
  }
}

function unpackRecords(client: KafkaClient, batch: Buffer, maxBytes: number): Buffer {
  const attributes = batch.readInt16BE(ATTRIBUTES);
  const codec = attributes & CODEC;
  if (codec === 0) return batch;
  if (maxBytes <= 0) throw new UnpacksTooLarge();
  const packed = batch.subarray(HEAD);
  const records = readable(() => unpackBatch(client, { codec, packed }, maxBytes));
  const plain = Buffer.concat([batch.subarray(0, HEAD), records]);
  plain.writeInt16BE(attributes & ~CODEC, ATTRIBUTES);
  return plain;
}

/** In words that say how to go on without that batch. */
function refusalOf(error: unknown, batch: Buffer): unknown {
  const first = batch.readBigInt64BE(0);
  const delta = batch.length < HEAD ? 0 : batch.readInt32BE(LAST_OFFSET_DELTA);
  const last = first + BigInt(Math.max(0, delta));
  const which = `the batch of messages ${first} to ${last}`;
  const remedy = `to leave it out, set the partition's position in howdah.source_positions to ${last + 1n}`;
  if (error instanceof UnpacksTooLarge)
    return new BatchTooLarge(
      `${which} has more than ${MAX_PARTS} messages and headers, or unpacks to more than ${MAX_BYTES / 1024 / 1024} MiB; ${remedy}`,
    );
  if (error instanceof RecordsUnreadable)
    return new BatchUnreadable(`${which} cannot be read: ${error.message}; ${remedy}`);
  return error;
}
