import type { StubLog } from './start-kafka-stub.ts';
import type { StubPartition } from './stub-log.ts';
import * as wire from './wire.ts';

const { int8, int16, int32, int64, uuid, string, bytes, numbers, struct, array } = wire;

/** What the stub knows how to answer, and the one version of each that it speaks. */
export const SPOKEN = {
  Produce: { key: 0, version: 9 },
  Fetch: { key: 1, version: 13 },
  ListOffsets: { key: 2, version: 7 },
  Metadata: { key: 3, version: 12 },
  SaslHandshake: { key: 17, version: 1 },
  ApiVersions: { key: 18, version: 1 },
  InitProducerId: { key: 22, version: 4 },
  SaslAuthenticate: { key: 36, version: 2 },
} as const;

export type Api = keyof typeof SPOKEN;

const OFFSET_OUT_OF_RANGE = 1;
const UNKNOWN_TOPIC = 3;
const NO_LEADER = 5;
const NOT_LEADER = 6;
const DENIED = 29;
const NOT_AUTHENTICATED = 58;
const UNKNOWN_TOPIC_ID = 100;
const NO_UUID = '00000000-0000-0000-0000-000000000000';

/** What an answer is made of. */
export interface Asked {
  readonly log: StubLog;
  readonly node: number;
  readonly reader: wire.WireReader;
  /** Instead of what would be true, where a test wants it. */
  readonly error: number | undefined;
  /** Whether it is done although it is answered by an error. */
  readonly applies: boolean;
}

type Answer = (asked: Asked) => Buffer;

export const ANSWERS: Readonly<Record<Exclude<Api, 'Fetch'>, Answer>> = {
  ApiVersions({ log }) {
    const spoken = Object.entries(SPOKEN)
      .filter(([name]) => !log.withheld.has(name as Api))
      .map(([, { key, version }]) => Buffer.concat([int16(key), int16(version), int16(version)]));
    return Buffer.concat([int16(0), int32(spoken.length), ...spoken, int32(0)]);
  },

  SaslHandshake() {
    const plain = Buffer.from('PLAIN');
    return Buffer.concat([int16(0), int32(1), int16(plain.length), plain]);
  },

  SaslAuthenticate({ log, reader }) {
    const isRight = reader.bytes()?.equals(Buffer.from(`\0${log.credentials}`));
    return struct(int16(isRight ? 0 : NOT_AUTHENTICATED), int8(0), bytes(Buffer.alloc(0)), int64(0n));
  },

  Metadata({ log, reader, error }) {
    const names = reader.array(() => {
      reader.uuid();
      return reader.string() ?? '';
    });
    const topics = names.map((name) => ({ name, topic: log.find(name) }));
    return struct(
      int32(0),
      array(log.nodes, ({ id, port }) => struct(int32(id), string('127.0.0.1'), int32(port), int8(0))),
      string('stub'),
      int32(1),
      array(topics, ({ name, topic }) =>
        struct(
          int16(error ?? (topic ? 0 : UNKNOWN_TOPIC)),
          string(name),
          uuid(topic?.id ?? NO_UUID),
          int8(0),
          array([...(topic?.partitions.entries() ?? [])], describePartition),
          int32(-2147483648),
        ),
      ),
    );
  },

  InitProducerId({ log, error }) {
    const id = error ? -1n : log.nextProducerId++;
    return struct(int32(0), int16(error ?? 0), int64(id), int16(error ? -1 : 0));
  },

  ListOffsets({ log, reader, error }) {
    reader.int32();
    reader.int8();
    const topics = reader.array(() => ({
      name: reader.string() ?? '',
      partitions: reader.array(() => ({
        index: reader.int32(),
        epoch: reader.int32(),
        time: reader.int64(),
      })),
    }));
    const partition = (name: string, index: number, time: bigint) => {
      const found = log.find(name)?.partitions[index];
      const offset = time === -2n ? found?.firstOffset : found?.nextOffset;
      const code = error ?? (found ? 0 : UNKNOWN_TOPIC);
      return struct(int32(index), int16(code), int64(-1n), int64(code ? -1n : (offset ?? -1n)), int32(0));
    };
    return struct(
      int32(0),
      array(topics, ({ name, partitions }) =>
        struct(
          string(name),
          array(partitions, ({ index, time }) => partition(name, index, time)),
        ),
      ),
    );
  },

  Produce({ log, node, reader, error, applies }) {
    reader.string();
    reader.int16();
    reader.int32();
    const topics = reader.array(() => ({
      name: reader.string() ?? '',
      partitions: reader.array(() => ({ index: reader.int32(), batch: reader.bytes() ?? Buffer.alloc(0) })),
    }));
    const append = (name: string, index: number, batch: Buffer) => {
      const topic = log.find(name);
      const partition = topic?.partitions[index];
      if (!topic || !partition) return { error: UNKNOWN_TOPIC, base: -1n };
      if (topic.isDenied) return { error: DENIED, base: -1n };
      if (partition.leader !== node) return { error: NOT_LEADER, base: -1n };
      if (partition.error !== undefined) return { error: partition.error, base: -1n };
      if (error !== undefined && !applies) return { error, base: -1n };
      const appended = partition.append(batch, topic.maxBytes);
      return error === undefined ? appended : { error, base: -1n };
    };
    return struct(
      array(topics, ({ name, partitions }) =>
        struct(
          string(name),
          array(partitions, ({ index, batch }) => {
            const done = append(name, index, batch);
            return struct(
              int32(index),
              int16(done.error),
              int64(done.base),
              int64(-1n),
              int64(0n),
              array([], () => Buffer.alloc(0)),
              int8(0),
            );
          }),
        ),
      ),
      int32(0),
    );
  },
};

/** Waits as long as it is asked to while there is nothing. */
export async function answerFetch({ log, node, reader, error }: Asked): Promise<Buffer> {
  reader.int32();
  const [maxWaitMs, , , , ,] = [
    reader.int32(),
    reader.int32(),
    reader.int32(),
    reader.int8(),
    reader.int32(),
  ];
  reader.int32();
  const topics = reader.array(() => ({
    id: reader.uuid(),
    partitions: reader.array(() => {
      const index = reader.int32();
      reader.int32();
      const offset = reader.int64();
      reader.int32();
      reader.int64();
      return { index, offset, maxBytes: reader.int32() };
    }),
  }));
  const deadline = Date.now() + maxWaitMs;
  const hasNone = () =>
    topics.every(({ id, partitions }) =>
      partitions.every(({ index, offset }) => {
        const partition = log.findById(id)?.partitions[index];
        return partition && offset === partition.nextOffset;
      }),
    );
  while (error === undefined && hasNone() && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 5));
  return struct(
    int32(0),
    int16(0),
    int32(0),
    array(topics, ({ id, partitions }) =>
      struct(
        uuid(id),
        array(partitions, ({ index, offset, maxBytes }) => {
          const partition = log.findById(id)?.partitions[index];
          const code = error ?? fetchError(partition, node, offset);
          const found = partition && code === 0 ? partition.read(offset, maxBytes) : Buffer.alloc(0);
          return struct(
            int32(index),
            int16(code),
            int64(partition?.nextOffset ?? -1n),
            int64(partition?.nextOffset ?? -1n),
            int64(partition?.firstOffset ?? -1n),
            array(partition?.aborted ?? [], (each) =>
              struct(int64(each.producerId), int64(each.firstOffset)),
            ),
            int32(-1),
            bytes(found),
          );
        }),
      ),
    ),
  );
}

function fetchError(partition: StubPartition | undefined, node: number, offset: bigint): number {
  if (!partition) return UNKNOWN_TOPIC_ID;
  if (partition.leader !== node) return NOT_LEADER;
  return offset < partition.firstOffset || offset > partition.nextOffset ? OFFSET_OUT_OF_RANGE : 0;
}

function describePartition([index, { leader }]: [number, StubPartition]): Buffer {
  const replicas = numbers([leader]);
  return struct(
    int16(leader < 0 ? NO_LEADER : 0),
    int32(index),
    int32(leader),
    int32(0),
    replicas,
    replicas,
    numbers([]),
  );
}
