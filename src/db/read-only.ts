import { queryRows, type SqlClient } from './sql-client.ts';
import { sqlStateOf } from './sql-state.ts';

const READ_ONLY_TRANSACTION = '25006';

/** Whether the server refused a change because it is a standby, or was made read-only: another may be the primary now. */
export function isReadOnlyServer(error: unknown): boolean {
  return sqlStateOf(error) === READ_ONLY_TRANSACTION;
}

/** Whether it would refuse any. */
export async function isReadOnly(client: SqlClient): Promise<boolean> {
  const [row] = await queryRows<{ isReadOnly: boolean }>(
    client,
    `select current_setting('transaction_read_only')::boolean as "isReadOnly"`,
    [],
  );
  return row?.isReadOnly ?? false;
}
