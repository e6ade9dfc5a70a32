import { type CreateRecordsBatchOptions, createRecordsBatch } from '@platformatic/kafka';
import type { StubPartition } from './stub-log.ts';

const CONTROL = 1 << 5;

export interface GivenRecord {
  readonly key?: string | Buffer;
  /** Undefined for a tombstone. */
  readonly value?: string | undefined;
  readonly headers?: readonly (readonly [string, string | Buffer])[];
}

/** One batch, as another producer may have written it. */
export function writeRecords(
  partition: StubPartition,
  records: readonly GivenRecord[],
  options: Partial<CreateRecordsBatchOptions> = {},
): void {
  partition.write(batchOf(records, options));
}

/** The marker that ends a transaction of a producer. */
export function writeMarker(partition: StubPartition, producerId: bigint, kind: 'abort' | 'commit'): void {
  const key = Buffer.from([0, 0, 0, kind === 'abort' ? 0 : 1]).toString('latin1');
  const bytes = batchOf([{ key, value: '' }], { producerId, transactionalId: 'some' });
  bytes.writeInt16BE(bytes.readInt16BE(21) | CONTROL, 21);
  partition.write(bytes);
}

function batchOf(records: readonly GivenRecord[], options: Partial<CreateRecordsBatchOptions>): Buffer {
  const messages = records.map(({ key, value, headers = [] }) => ({
    topic: '',
    partition: 0,
    value: (value === undefined ? undefined : Buffer.from(value)) as Buffer,
    headers: new Map(headers.map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
    ...(key !== undefined && { key: Buffer.from(key) }),
  }));
  return Buffer.from(createRecordsBatch(messages, options).buffer);
}
