import type { Database, Transaction } from '../db/database.ts';
import type { Settings } from '../db/limits.ts';
import type { SqlClient } from '../db/sql-client.ts';
import { transact } from '../db/transact.ts';

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
  actor: Actor,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  return transact(db, work, { settings: settingsOf(actor) });
}

/** The same with all of its statements sent with the begin, as `first` of `transact`: a round trip less. */
export function transactionAtOnce<Result>(
  db: Database,
  actor: Actor,
  work: (tx: SqlClient) => Promise<Result>,
): Promise<Result> {
  return transact<Result, Promise<Result>>(db, async (_, done) => done as Result, {
    settings: settingsOf(actor),
    first: (_, guarded) => work(guarded),
  });
}

/** Settings of a transaction on behalf of somebody. */
export function settingsOf({ name, requestId }: Actor): Settings {
  return { 'howdah.actor': name, 'howdah.request_id': requestId ?? '' };
}
