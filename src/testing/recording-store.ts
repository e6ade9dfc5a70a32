import type { SqlClient } from '../db/sql-client.ts';
import { isOutside } from '../db/transactions/is-outside.ts';
import type { EncodedResult } from '../work/run/result.ts';
import type { RunStore } from '../work/run/run-store.ts';

/** What a run that has no database told it. */
export interface RecordingStore extends RunStore {
  /** The transaction that the job was completed in, and with which result. */
  readonly completion: { tx: SqlClient; result: EncodedResult } | undefined;
  readonly result: EncodedResult | undefined;
}

/** @param wasRolledBack whether the transaction that completed the job did not commit */
export function createRecordingStore(
  jobId: string,
  queue: string,
  wasRolledBack: () => boolean,
): RecordingStore {
  let completion: RecordingStore['completion'];
  let result: EncodedResult | undefined;
  return {
    get completion() {
      return completion;
    },
    get result() {
      return result;
    },
    claim: { values: [jobId, queue, null, undefined], schema: 'howdah' },
    reportProgress: async () => true,
    carryResult(encoded) {
      result = encoded;
      return true;
    },
    async reportResult(encoded) {
      result = encoded;
      return true;
    },
    async complete(tx, encoded) {
      if (isOutside(tx))
        throw new TypeError(
          'expected a transaction to complete the job in, received what has none (a pool?)',
        );
      completion = { tx, result: encoded };
      return 'completed';
    },
    isHeld: async () => wasRolledBack(),
    weighMisfit: async () => ({ isOtherAround: false, takenBy: null, isTakerAlive: false }),
    clockAheadMs: async () => 0,
  };
}
