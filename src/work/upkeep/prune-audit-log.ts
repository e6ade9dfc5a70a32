import type { SqlClient } from '../../db/sql-client.ts';
import { inBatches } from './in-batches.ts';

/**
 * Removes rows of the audit log that are older than so many days, by batches of 1,000 that wait for nobody.
 *
 * @returns how many it removed
 */
export async function pruneAuditLog(
  database: SqlClient,
  { keptDays, signal }: { keptDays: number; signal: AbortSignal },
): Promise<number> {
  const statement = 'select howdah.prune_audit_log(make_interval(days => $2), $1) as count';
  return inBatches(database, { statement, values: [keptDays], signal });
}
