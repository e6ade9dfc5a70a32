import { parseExactly } from '../db/exact-json.ts';
import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { sqlInstant } from './instant.ts';

/** What an operator did. */
export interface AuditEntry {
  /** Grows with time. */
  id: string;
  at: Date;
  actor: string;
  /** `application_name` of the connection it was done over. */
  application: string;
  /** `jobs.cancel`, `queues.pause`, … */
  action: string;
  requestId: string | null;
  /** The first 20 of the jobs that were changed. */
  jobIds: string[];
  jobCount: number;
  /** What was asked for and what came of it; never a payload. */
  details: unknown;
}

export interface AuditFilter {
  actor?: string | undefined;
  action?: string | undefined;
  jobId?: string | undefined;
}

export interface AuditPage {
  entries: AuditEntry[];
  /** Where the next page begins; null after the last. */
  nextBeforeId: string | null;
}

type Row = Omit<AuditEntry, 'at' | 'details'> & { at: number; details: string };

const SELECT = `
  select id::text, ${sqlInstant('at')} as at, actor, application, action, request_id as "requestId",
         to_json(job_ids[1:20]::text[]) as "jobIds", cardinality(job_ids)::float8 as "jobCount", details::text as details
  from howdah.audit_log
  where ($1::bigint is null or id < $1) and ($2::text is null or actor = $2) and ($3::text is null or action = $3)
    and ($4::bigint is null or job_ids @> array[$4])
  order by audit_log.id desc
  limit $5`;

/**
 * What operators did, the newest first.
 *
 * @param limit 1 to 200
 */
export async function readAuditLog(
  client: SqlClient,
  { actor, action, jobId }: AuditFilter,
  { limit, beforeId }: { limit: number; beforeId?: string | undefined },
): Promise<AuditPage> {
  const values = [beforeId ?? null, actor ?? null, action ?? null, jobId ?? null, limit + 1];
  const rows = await queryRows<Row>(client, SELECT, values);
  const entries = rows.slice(0, limit).map(toEntry);
  return { entries, nextBeforeId: rows.length > limit ? (entries.at(-1)?.id ?? null) : null };
}

function toEntry({ at, details, ...row }: Row): AuditEntry {
  return { ...row, at: new Date(at), details: parseExactly(details) };
}
