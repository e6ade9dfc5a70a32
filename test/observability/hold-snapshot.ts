import pg from 'pg';

/** A transaction that keeps vacuum from what it can see, until what is returned is called. */
export async function holdSnapshot(connectionString: string): Promise<() => Promise<void>> {
  const reader = new pg.Client({ connectionString });
  await reader.connect();
  await reader.query('begin isolation level repeatable read; select 1');
  return () => reader.end();
}
