import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createRecordsBatch } from '@platformatic/kafka';
import { type KafkaClient, loadKafka } from '../../src/relay/kafka/load-kafka.ts';
import { readBatches } from '../../src/relay/kafka/read-batches.ts';

const HEAD = 61;
const GZIP = 1;
const LZ4 = 3;
const MOST = 250_000;
/** A name of one letter, and null. */
const HEADER = Buffer.from([0x02, 0x61, 0x01]);
/** Length, attributes, when and which: the client needs none of them to be right. */
const RECORD = Buffer.from([0x0c, 0, 0, 0]);
const NULL = Buffer.from([0x01]);

let client: KafkaClient;
before(async () => {
  client = await loadKafka();
});

interface BatchParts {
  records: Buffer;
  count?: number;
  codec?: number;
}

/** One batch at offset 7, with whatever stands for its records. */
function batchOf({ records, count = 1, codec = 0 }: BatchParts): Buffer {
  const message = { topic: '', partition: 0, value: Buffer.alloc(0) };
  const head = Buffer.from(createRecordsBatch([message], {}).buffer).subarray(0, HEAD);
  const batch = Buffer.concat([head, codec === GZIP ? gzipSync(records) : records]);
  batch.writeBigInt64BE(7n, 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt16BE(codec, 21);
  batch.writeInt32BE(count, 57);
  return batch;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; left >= 0x80; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  return Buffer.from([...bytes, left]);
}

/** @param count as the record has it, where that is another than there are */
function recordOf(headers: number, count = headers): Buffer {
  return Buffer.concat([RECORD, NULL, NULL, varint(count), Buffer.alloc(3 * headers, HEADER)]);
}

const headersIn = (batch: Buffer) =>
  readBatches(client, batch).map(({ records }) => records.map(({ headers }) => headers.length));

describe('messages and headers of an answer', () => {
  test('are taken up to a bound, which holds for both together', () => {
    assert.deepEqual(headersIn(batchOf({ records: recordOf(MOST - 1), codec: GZIP })), [[MOST - 1]]);
    const two = Buffer.concat([recordOf(MOST - 3), recordOf(1)]);
    assert.deepEqual(headersIn(batchOf({ records: two, count: 2 })), [[MOST - 3, 1]]);
  });

  for (const codec of [0, GZIP])
    test(`are refused beyond it before anything is made of them, codec ${codec}`, () => {
      const packed = batchOf({ records: recordOf(MOST), codec });
      assert.ok(codec === 0 || packed.length < 10_000);
      assert.throws(() => readBatches(client, packed), {
        name: 'BatchTooLarge',
        message:
          /^the batch of messages 7 to 7 has more than 250000 messages and headers, .+ howdah.source_positions to 8$/,
      });
      assert.throws(() => readBatches(client, batchOf({ records: recordOf(1, 2 ** 30), codec })), {
        name: 'BatchTooLarge',
      });
    });

  test('wait for the next answer where those before have taken the room', () => {
    const half = batchOf({ records: recordOf(MOST / 2), codec: GZIP });
    assert.deepEqual(headersIn(Buffer.concat([half, half])), [[MOST / 2]]);
  });
});

test('a batch that says of itself what cannot be is refused, behind what came before it', () => {
  const back = Buffer.concat([RECORD, NULL, NULL, varint(MOST / 2), varint(-2), varint(-2)]);
  const endless = Buffer.concat([RECORD.subarray(0, 2), Buffer.alloc(1_000, 0x80), Buffer.from([0])]);
  const cases: [RegExp, BatchParts][] = [
    [/it has -1 messages/, { records: recordOf(1), count: -1 }],
    [/it has -2 headers/, { records: recordOf(1, -2) }],
    [/is -2 bytes long/, { records: back }],
    [/has no end/, { records: endless }],
    [/end too early/, { records: recordOf(2, 3) }],
    [/end too early/, { records: recordOf(2), count: 2, codec: GZIP }],
    [/end too early/, { records: Buffer.concat([RECORD, varint(99)]) }],
  ];
  for (const [message, parts] of cases) {
    const batch = batchOf(parts);
    assert.throws(() => readBatches(client, batch), { name: 'BatchUnreadable', message });
    assert.throws(() => readBatches(client, batch), { message: /source_positions to 8$/ });
    assert.deepEqual(headersIn(Buffer.concat([batchOf({ records: recordOf(2) }), batch])), [[2]]);
  }
});

test('a batch whose last message comes before its first, or a message beyond them, is refused', () => {
  for (const [last, delta, message] of [
    [-1, 0, /its last message is -1 behind its first/],
    [0, 1, /a message is 1 behind its first, and its last one 0/],
    [3, -1, /a message is -1 behind its first, and its last one 3/],
  ] as const) {
    const records = Buffer.from(RECORD);
    records.writeInt8(delta < 0 ? 2 * -delta - 1 : 2 * delta, 3);
    const batch = batchOf({ records: Buffer.concat([records, NULL, NULL, varint(0)]) });
    batch.writeInt32BE(last, 23);
    assert.throws(() => readBatches(client, batch), { name: 'BatchUnreadable', message });
    assert.deepEqual(headersIn(Buffer.concat([batchOf({ records: recordOf(2) }), batch])), [[2]]);
  }
});

test('a batch whose records cannot be unpacked is refused, and so is one that is shorter than its head', () => {
  const records = Buffer.from('nothing that anybody has packed, of some length');
  for (const codec of [GZIP, 2, LZ4, 4, 7]) {
    const batch = batchOf({ records, codec: 0 });
    batch.writeInt16BE(codec, 21);
    assert.throws(() => readBatches(client, batch), {
      name: 'BatchUnreadable',
      message: /^the batch of messages 7 to 7 cannot be read: .+; to leave it out, .* to 8$/,
    });
    assert.deepEqual(headersIn(Buffer.concat([batchOf({ records: recordOf(2) }), batch])), [[2]]);
  }
  const short = batchOf({ records: recordOf(1) });
  for (const length of [40, -12, -100]) {
    short.writeInt32BE(length, 8);
    assert.throws(() => readBatches(client, short), {
      name: 'BatchUnreadable',
      message: /shorter than its own head/,
    });
  }
});

describe('what lz4 has packed', () => {
  const KILOBYTE = 1024;
  /** Blocks that are independent, of 256 KiB at most. */
  const FRAME = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x50, 0xfb]);

  function frameOf(blocks: readonly Buffer[]): Buffer {
    const sized = blocks.map((block) => {
      const size = Buffer.alloc(4);
      size.writeUInt32LE(block.length);
      return Buffer.concat([size, block]);
    });
    return Buffer.concat([FRAME, ...sized, Buffer.alloc(4)]);
  }

  /** A kilobyte as it is. */
  function literal(bytes: Buffer): Buffer {
    const left = bytes.length - 15;
    const lengths = Buffer.alloc(Math.floor(left / 255) + 1, 0xff);
    lengths[lengths.length - 1] = left % 255;
    return Buffer.concat([Buffer.from([0xf0]), lengths, bytes]);
  }

  test('is taken where its blocks are small, however large they might be', () => {
    const value = Buffer.alloc(300 * KILOBYTE - 20, 'x');
    const records = Buffer.concat([RECORD, NULL, varint(value.length), value, varint(0)]);
    const pieces = Array.from({ length: Math.ceil(records.length / KILOBYTE) }, (_, index) =>
      records.subarray(index * KILOBYTE, (index + 1) * KILOBYTE),
    );
    const packed = frameOf(pieces.map(literal));
    const [batch] = readBatches(client, batchOf({ records: packed, codec: LZ4 }));
    assert.deepEqual(batch?.records[0]?.value, value);
  });

  test('is refused where its blocks are large', () => {
    const zeros = Buffer.concat([
      Buffer.from([0x1f, 0, 1, 0]), // one byte, and the same again
      Buffer.alloc(1027, 0xff),
      Buffer.from([0, 0x50, 0, 0, 0, 0, 0]),
    ]);
    const packed = frameOf(Array.from({ length: 300 }, () => zeros));
    assert.throws(() => readBatches(client, batchOf({ records: packed, codec: LZ4 })), {
      name: 'BatchTooLarge',
    });
  });
});
