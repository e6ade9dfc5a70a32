/** What Java's clients put before what snappy made, with two numbers behind it: pieces follow, each with its length. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEAD = 16;
const LZ4_MAGIC = 0x184d2204;
/** One byte stands for 255 at most. */
const LZ4_RATIO = 255;

/**
 * How many bytes snappy says that there were; its decoder refuses what has more.
 *
 * Source: format_description.txt of google/snappy; SnappyInputStream of xerial/snappy-java.
 */
export function snappyClaim(packed: Buffer): number {
  if (!packed.subarray(0, XERIAL.length).equals(XERIAL)) return readVarint(packed);
  let sum = 0;
  for (let at = XERIAL_HEAD; at + 4 <= packed.length; at += 4 + packed.readUInt32BE(at))
    sum += readVarint(packed.subarray(at + 4));
  return sum;
}

/** Little end first, seven bits a byte; a number that is cut off is as large as can be. */
function readVarint(bytes: Buffer): number {
  let value = 0;
  for (let at = 0; at < 5; at++) {
    const byte = bytes[at] ?? 0xff;
    value += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return value;
  }
  return Number.POSITIVE_INFINITY;
}

/**
 * How many bytes there can have been at most before lz4 packed them, by its blocks: each has a largest size, and so has what its
 * bytes can stand for. More than there were by less than one block where blocks are full, as they are but for the last.
 *
 * Source: lz4_Frame_format.md.
 */
export function lz4Bound(packed: Buffer): number {
  let sum = 0;
  for (let at = 0; at + 4 <= packed.length; ) {
    if (packed.readUInt32LE(at) !== LZ4_MAGIC)
      throw new Error('the messages are not compressed by lz4, as they say');
    const [flags = 0, descriptor = 0] = packed.subarray(at + 4, at + 6);
    const maxBlock = 2 ** (8 + 2 * ((descriptor >> 4) & 7));
    const hasBlockSum = (flags & 0x10) !== 0;
    at += 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0);
    for (let size = sizeAt(packed, at); ; size = sizeAt(packed, at)) {
      at += 4;
      if (size === 0) break;
      const bytes = size & 0x7fffffff;
      sum += size >>> 31 ? bytes : Math.min(maxBlock, bytes * LZ4_RATIO);
      at += bytes + (hasBlockSum ? 4 : 0);
    }
    at += flags & 0x04 ? 4 : 0;
  }
  return sum;
}

/** Of a block; 0 at the end. */
function sizeAt(packed: Buffer, at: number): number {
  return at + 4 <= packed.length ? packed.readUInt32LE(at) : 0;
}
