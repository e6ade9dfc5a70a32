import type { Database, Transaction } from '../db/database.ts';
import { transact } from '../db/transact.ts';
import { answerStatement, claimKey, type KeyedRequest } from './idempotency-keys.ts';
import { type Actor, settingsOf } from './transaction-as.ts';

/** What came of it, and whether that was done by an earlier request with the same key. */
export interface KeyedResult<Result> {
  result: Result;
  isReplayed: boolean;
}

/**
 * A transaction on behalf of somebody, done once for all that come with the key. What it returns is remembered with it, as
 * JSON. The claim travels with the begin and the memory with the commit, so the key costs no round trip.
 *
 * @throws {HowdahError} those of `claimKey` and `transact`
 */
export async function keyedTransaction<Result>(
  db: Database,
  { actor, keyed }: { actor: Actor; keyed: KeyedRequest },
  work: (tx: Transaction) => Promise<Result>,
): Promise<KeyedResult<Result>> {
  return transact<KeyedResult<Result>, Promise<unknown>>(
    db,
    async (tx, first) =>
      first === undefined
        ? { result: await work(tx), isReplayed: false }
        : { result: first as Result, isReplayed: true },
    {
      settings: settingsOf(actor),
      first: (_, guarded) => claimKey(guarded, keyed),
      last: ({ result, isReplayed }) => (isReplayed ? undefined : answerStatement(keyed.key, result)),
    },
  );
}
