import { queryRows, type SqlClient } from '../db/sql-client.ts';

/** One change that was made over HTTP. */
export interface AuditEntry {
  actor: 'admin';
  /** Such as `jobs.cancel`. */
  action: string;
  requestId: string;
  jobIds: readonly string[];
  /** What was asked for; never a payload. */
  details: Readonly<Record<string, unknown>>;
}

/** Records a change in the transaction that makes it. */
export async function recordAudit(tx: SqlClient, entry: AuditEntry): Promise<void> {
  await queryRows(
    tx,
    `insert into howdah.audit_log (actor, action, request_id, job_ids, details)
     values ($1, $2, $3, $4::bigint[], $5::jsonb)`,
    [
      entry.actor,
      entry.action,
      entry.requestId,
      `{${entry.jobIds.join(',')}}`,
      JSON.stringify(entry.details),
    ],
  );
}
