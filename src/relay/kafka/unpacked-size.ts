/** What Java's clients put before what snappy made, with two numbers behind it: pieces follow, each with its length. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEAD = 16;
const LZ4_MAGIC = 0x184d2204;
/** One byte stands for 255 at most. */
const LZ4_RATIO = 255;
const LZ4_OFFSET_BYTES = 2;
const LZ4_LEAST_REPEAT = 4;

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
 * How many bytes there can have been at most before lz4 packed them. Blocks tell their largest size, and so does what their bytes can
 * stand for; where that is more than `enough`, which it may be by far, it is what the blocks say one by one: exact, and never less.
 *
 * Source: lz4_Frame_format.md and lz4_Block_format.md.
 */
export function lz4Size(packed: Buffer, enough: number): number {
  const bound = sumOfBlocks(packed, (block, maxSize) => Math.min(maxSize, block.length * LZ4_RATIO));
  return bound <= enough ? bound : sumOfBlocks(packed, blockSize);
}

/** @param sizeOf a packed block, which has at most so many bytes unpacked */
function sumOfBlocks(packed: Buffer, sizeOf: (block: Buffer, maxSize: number) => number): number {
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
      sum += size >>> 31 ? bytes : sizeOf(packed.subarray(at, at + bytes), maxBlock);
      at += bytes + (hasBlockSum ? 4 : 0);
    }
    at += flags & 0x04 ? 4 : 0;
  }
  return sum;
}

/** Of a packed block, by the lengths in it: of bytes as they are, and of repeats of what was before, in turn. */
function blockSize(block: Buffer): number {
  let size = 0;
  let at = 0;
  const readLength = (nibble: number): number => {
    let length = nibble;
    for (let more = nibble === 15 ? 255 : 0; more === 255; length += more) more = block[at++] ?? 0;
    return length;
  };
  while (at < block.length) {
    const token = block[at++] ?? 0;
    const literals = readLength(token >> 4);
    size += literals;
    at += literals;
    if (at >= block.length) break; // the last has no repeat
    at += LZ4_OFFSET_BYTES;
    size += readLength(token & 15) + LZ4_LEAST_REPEAT;
  }
  return size;
}

/** Of a block; 0 at the end. */
function sizeAt(packed: Buffer, at: number): number {
  return at + 4 <= packed.length ? packed.readUInt32LE(at) : 0;
}
