import { queryRows, type SqlClient } from '../db/sql-client.ts';

/** The database's time of day at this moment, whatever transaction asks. */
export async function readClock(client: SqlClient): Promise<Date> {
  const [row] = await queryRows<{ ms: number }>(
    client,
    'select extract(epoch from clock_timestamp())::float8 * 1000 as ms',
    [],
  );
  return new Date(row?.ms ?? Number.NaN);
}
