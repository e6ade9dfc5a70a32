/** What the bytes of a batch say of themselves cannot be. */
export class RecordsUnreadable extends Error {
  override readonly name = 'RecordsUnreadable';
}

const VARINT_BYTES = 5;
const VARLONG_BYTES = 10;

/**
 * How many records and headers there are together, without making anything of them: the smallest header takes two bytes, and some
 * hundred times as much as the client makes it. What has more than `most` is not looked at to its end.
 *
 * @param records as they are unpacked
 * @param count of records, as their batch has it
 * @throws {RecordsUnreadable} a count or a length is below zero, a number is longer than can be, or the records end before they should
 *
 * Source: the documentation of Kafka's message format, Record.
 */
export function countParts(records: Buffer, count: number, most: number): number {
  if (count < 0) throw new RecordsUnreadable(`it says that it has ${count} messages`);
  let parts = count;
  let at = 0;

  const readByte = (): number => {
    const byte = records[at++];
    if (byte === undefined) throw new RecordsUnreadable('its messages end too early');
    return byte;
  };
  const readVarint = (mostBytes = VARINT_BYTES): number => {
    let value = 0;
    for (let index = 0; index < mostBytes; index++) {
      const byte = readByte();
      value |= (byte & 0x7f) << (7 * index);
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    throw new RecordsUnreadable('a number in it has no end');
  };
  const skipBytes = (): void => {
    const length = readVarint();
    if (length < -1) throw new RecordsUnreadable(`something in it is ${length} bytes long`);
    at += Math.max(0, length);
    if (at > records.length) throw new RecordsUnreadable('its messages end too early');
  };

  for (let record = 0; record < count && parts <= most; record++) {
    readVarint(); // its length, which the client does not go by
    readByte();
    readVarint(VARLONG_BYTES); // when
    readVarint(); // which
    skipBytes(); // key
    skipBytes(); // value
    const headers = readVarint();
    if (headers < 0) throw new RecordsUnreadable(`a message in it says that it has ${headers} headers`);
    parts += headers;
    for (let header = 0; header < headers && parts <= most; header++) {
      skipBytes();
      skipBytes();
    }
  }
  return parts;
}
