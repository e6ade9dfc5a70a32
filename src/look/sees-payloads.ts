import { queryRows, type SqlClient } from '../db/sql-client.ts';

/** Whether this role is shown payloads, results and headers of jobs, which are null to a viewer. */
export async function seesPayloads(client: SqlClient): Promise<boolean> {
  const [row] = await queryRows<{ isSeeing: boolean }>(
    client,
    `select has_column_privilege('howdah.job_history', 'payload', 'select') as "isSeeing"`,
    [],
  );
  return row?.isSeeing === true;
}
