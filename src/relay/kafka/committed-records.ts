import type { fetchV13, KafkaRecord, RecordsBatch } from '@platformatic/kafka';

/** What a fetch gave of a partition. */
export interface FetchedRecords {
  readonly records: readonly { readonly offset: bigint; readonly record: KafkaRecord }[];
  /** Where the next fetch goes on. Beyond the last record where what follows it is none: markers, what was compacted or aborted. */
  readonly next: bigint;
}

const TRANSACTIONAL = 1 << 4;
const CONTROL = 1 << 5;
const ABORT = 0;

/**
 * The records from that offset on, without those of transactions that were aborted and without the markers of transactions. A fetch
 * gives whole batches: the first may begin before the offset.
 *
 * Source: the documentation of the consumer's `isolation.level`, and `CompletedFetch.java` of Kafka's own consumer.
 */
export function committedRecords(
  {
    records: batches,
    abortedTransactions,
  }: Pick<fetchV13.FetchResponsePartition, 'records' | 'abortedTransactions'>,
  offset: bigint,
): FetchedRecords {
  const aborted = [...(abortedTransactions ?? [])].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const aborting = new Set<bigint>();
  const records: { offset: bigint; record: KafkaRecord }[] = [];
  let next = offset;
  for (const batch of batches ?? []) {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    for (let first = aborted[0]; first && first.firstOffset <= last; first = aborted[0])
      aborting.add((aborted.shift() ?? first).producerId);
    if (batch.attributes & CONTROL) endTransaction(batch, aborting);
    else if (!(batch.attributes & TRANSACTIONAL && aborting.has(batch.producerId)))
      for (const record of batch.records) {
        const at = batch.firstOffset + BigInt(record.offsetDelta);
        if (at >= offset) records.push({ offset: at, record });
      }
    if (last >= next) next = last + 1n;
  }
  return { records, next };
}

/** The key of a marker: its version and, in two bytes too, its kind. */
function endTransaction({ producerId, records }: RecordsBatch, aborting: Set<bigint>): void {
  const key = records[0]?.key;
  if (key && key.length >= 4 && key.readInt16BE(2) === ABORT) aborting.delete(producerId);
}
