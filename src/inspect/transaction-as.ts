import type { Database, Transaction } from '../db/database.ts';
import { queryRows } from '../db/sql-client.ts';

/** For whom the service acts. */
export interface Actor {
  /** `admin` over HTTP, the account on the machine for the command line. */
  name: string;
  /** Of the HTTP request. */
  requestId?: string | undefined;
}

/** A transaction on behalf of somebody: howdah.audit_log tells who it was, and so does a job that was cancelled. */
export function transactionAs<Result>(
  db: Database,
  { name, requestId }: Actor,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  return db.transaction(async (tx) => {
    await queryRows(
      tx,
      `select set_config('howdah.actor', $1, true), set_config('howdah.request_id', $2, true)`,
      [name, requestId ?? ''],
    );
    return work(tx);
  });
}
