import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { KafkaClient } from './load-kafka.ts';
import { lz4Size, snappyClaim } from './unpacked-size.ts';

/** The records do not fit into what they may take unpacked. */
export class UnpacksTooLarge extends Error {
  override readonly name = 'UnpacksTooLarge';
}

const GZIP = 1;
const SNAPPY = 2;
const LZ4 = 3;
const ZSTD = 4;

/**
 * The records of a batch as they were before somebody packed them, of at most so many bytes: a packed megabyte may be a thousand, or
 * many more, and the client unpacks whatever there is. zlib stops there by itself; the other two are asked first how large they are.
 *
 * @param codec of the batch's attributes, not 0
 * @throws {UnpacksTooLarge} they are more, or say that they are
 * @throws {Error} they are nothing of that kind
 */
export function unpackBatch(
  client: KafkaClient,
  { codec, packed }: { codec: number; packed: Buffer },
  maxBytes: number,
): Buffer {
  const { snappy, lz4 } = client.compressionsAlgorithms;
  const within = (bytes: number) => {
    if (bytes > maxBytes) throw new UnpacksTooLarge();
    return packed;
  };
  if (codec === GZIP) return stoppingAt(() => gunzipSync(packed, { maxOutputLength: maxBytes }));
  if (codec === ZSTD) return stoppingAt(() => zstdDecompressSync(packed, { maxOutputLength: maxBytes }));
  if (codec === SNAPPY) return toBuffer(snappy.decompressSync(within(snappyClaim(packed))));
  if (codec === LZ4) return toBuffer(lz4.decompressSync(within(lz4Size(packed, maxBytes))));
  throw new Error(`the messages are compressed in a way that is not known: ${codec}`);
}

function stoppingAt(unpack: () => Buffer): Buffer {
  try {
    return unpack();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw new UnpacksTooLarge();
    throw error;
  }
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
