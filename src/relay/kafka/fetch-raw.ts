import type { fetchV13, Reader } from '@platformatic/kafka';
import type { KafkaClient } from './load-kafka.ts';

const FETCH = 1;
const VERSION = 13;

export interface RawPartition
  extends Pick<fetchV13.FetchResponsePartition, 'errorCode' | 'abortedTransactions'> {
  /** Batches as they came, the last one perhaps cut off; null for none. */
  readonly records: Buffer | null;
}

export interface RawFetch {
  readonly errorCode: number;
  readonly responses: readonly { readonly partitions: readonly RawPartition[] }[];
}

/** `fetchV13` of the client, which unpacks all batches of an answer while it reads that, but with the batches left as they came. */
export function fetchRaw({ createAPI, fetchV13 }: KafkaClient) {
  return createAPI<fetchV13.FetchRequest, RawFetch>(
    FETCH,
    VERSION,
    fetchV13.createRequest,
    (_id, _key, _version, reader) => readAnswer(reader),
  );
}

/** Source: `FetchResponse.json` of Kafka, version 13. */
function readAnswer(reader: Reader): RawFetch {
  reader.readInt32(); // for how long the broker held the answer back
  const errorCode = reader.readInt16();
  reader.readInt32(); // the session
  const responses = reader.readArray((topic) => {
    topic.readUUID();
    return { partitions: topic.readArray(readPartition) };
  });
  return { errorCode, responses };
}

function readPartition(reader: Reader): RawPartition {
  reader.readInt32(); // its number: one was asked for
  const errorCode = reader.readInt16();
  for (let count = 0; count < 3; count++) reader.readInt64(); // its ends and its beginning
  const abortedTransactions = reader.readNullableArray((each) => ({
    producerId: each.readInt64(),
    firstOffset: each.readInt64(),
  }));
  reader.readInt32(); // another replica to read from
  return { errorCode, abortedTransactions, records: reader.readNullableBytes() };
}
