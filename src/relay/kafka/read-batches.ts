import type { RecordsBatch } from '@platformatic/kafka';
import type { KafkaClient } from './load-kafka.ts';
import { UnpacksTooLarge, unpackBatch } from './unpack-batch.ts';

/** What the batches of one answer may take unpacked: some sixty times as much as they may as they come. */
const MAX_BYTES = 64 * 1024 * 1024;
/** The smallest messages take seven bytes there, and fifty times as much here. */
const MAX_MESSAGES = 250_000;

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

/**
 * The batches of an answer, unpacked; the last one may be cut off, and is left out. So are those after which it would be too much:
 * they come with the next answer.
 *
 * @throws {BatchTooLarge} the first is too much by itself
 */
export function readBatches(client: KafkaClient, bytes: Buffer): RecordsBatch[] {
  const batches: RecordsBatch[] = [];
  const room = { bytes: MAX_BYTES, messages: MAX_MESSAGES };
  for (let at = 0; at + BATCH_BEGIN <= bytes.length; ) {
    const end = at + BATCH_BEGIN + bytes.readInt32BE(at + 8);
    if (end > bytes.length) break;
    if (end < at + HEAD) throw new Error('Kafka gave a batch that is shorter than its own head');
    const batch = bytes.subarray(at, end);
    const plain = unpacked(client, batch, room);
    if (!plain && batches.length === 0) throw tooLarge(batch);
    if (!plain) break;
    batches.push(client.readRecordsBatch(client.Reader.from(plain)));
    room.bytes -= plain.length;
    room.messages -= plain.readInt32BE(COUNT);
    at = end;
  }
  return batches;
}

/** The batch as it would be had nobody packed its records; undefined for one that has no room. */
function unpacked(
  client: KafkaClient,
  batch: Buffer,
  room: { readonly bytes: number; readonly messages: number },
): Buffer | undefined {
  const attributes = batch.readInt16BE(ATTRIBUTES);
  const codec = attributes & CODEC;
  if (batch.readInt32BE(COUNT) > room.messages) return undefined;
  if (codec === 0) return batch;
  if (room.bytes <= 0) return undefined;
  try {
    const records = unpackBatch(client, { codec, packed: batch.subarray(HEAD) }, room.bytes);
    const plain = Buffer.concat([batch.subarray(0, HEAD), records]);
    plain.writeInt16BE(attributes & ~CODEC, ATTRIBUTES);
    return plain;
  } catch (error) {
    if (error instanceof UnpacksTooLarge) return undefined;
    throw error;
  }
}

function tooLarge(batch: Buffer): BatchTooLarge {
  const first = batch.readBigInt64BE(0);
  const last = first + BigInt(batch.readInt32BE(LAST_OFFSET_DELTA));
  return new BatchTooLarge(
    `the batch of messages ${first} to ${last} has more than ${MAX_MESSAGES} messages, or unpacks to more than ${MAX_BYTES / 1024 / 1024} MiB; to leave it out, set the partition's position in howdah.source_positions to ${last + 1n}`,
  );
}
