import { queryRows, type SqlClient } from '../db/sql-client.ts';

/** One change for howdah.audit_log. */
export interface ChangeRecord {
  /** Such as `jobs.enqueue`. */
  action: string;
  jobIds: readonly string[];
  /** What was asked for; never a payload. Members that are null or undefined are left out. */
  details: Readonly<Record<string, unknown>>;
}

/**
 * Records a change in the transaction that makes it, by whom `transactionAs` named. The SQL commands on single jobs and queues
 * record themselves.
 */
export async function recordChange(tx: SqlClient, { action, jobIds, details }: ChangeRecord): Promise<void> {
  await queryRows(tx, 'select howdah.record_change($1, $2::bigint[], $3::jsonb)', [
    action,
    `{${jobIds.join(',')}}`,
    JSON.stringify(details),
  ]);
}
