import pg from 'pg';

const STEP = 10_000;

/** Has the statement make `$1` jobs at a time until there are so many more. */
export async function inSteps(connectionString: string, count: number, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  for (let left = count; left > 0; left -= STEP) await client.query(statement, [Math.min(left, STEP)]);
  await client.end();
}
