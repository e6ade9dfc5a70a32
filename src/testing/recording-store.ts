import type { SqlClient } from '../db/sql-client.ts';
import { isOutside } from '../db/transactions/is-outside.ts';
import type { RunStore } from '../work/run/run-store.ts';

/** What a run that has no database told it. */
export interface RecordingStore extends RunStore {
  /** The transaction that the job was completed in, and with which result. */
  readonly completion: { tx: SqlClient; json: string | undefined } | undefined;
  readonly json: string | undefined;
}

/** @param wasRolledBack whether the transaction that completed the job did not commit */
export function createRecordingStore(
  jobId: string,
  queue: string,
  wasRolledBack: () => boolean,
): RecordingStore {
  let completion: RecordingStore['completion'];
  let json: string | undefined;
  return {
    get completion() {
      return completion;
    },
    get json() {
      return json;
    },
    claim: { values: [jobId, queue, null, undefined], schema: 'howdah' },
    reportProgress: async () => true,
    async reportResult(text) {
      json = text;
      return true;
    },
    async complete(tx, text) {
      if (isOutside(tx))
        throw new TypeError(
          'expected a transaction to complete the job in, received what has none (a pool?)',
        );
      completion = { tx, json: text };
      return 'completed';
    },
    isHeld: async () => wasRolledBack(),
    weighMisfit: async () => ({ isOtherAround: false, takenBy: null, isTakerAlive: false }),
    clockAheadMs: async () => 0,
  };
}
