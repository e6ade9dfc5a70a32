import { queryRows, type SqlClient } from '../db/sql-client.ts';

/** Those of these jobs that have not ended and are still there. A look at primary keys, however many. */
export async function readLiveIds(client: SqlClient, ids: readonly string[]): Promise<Set<string>> {
  const rows = await queryRows<{ id: string }>(
    client,
    'select j.id::text as id from howdah.jobs j where j.id = any ($1::bigint[]) and j.finished_at is null',
    [`{${ids.join(',')}}`],
  );
  return new Set(rows.map(({ id }) => id));
}
