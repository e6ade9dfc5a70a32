import pg from 'pg';

/** The statement with which graphile-worker 0.18.0 announces a migration. Source: its migrate.ts, `runMigration`. */
const ANNOUNCEMENT = 'select pg_notify($1, $2)';

/**
 * A pool for installing the engine into a schema that nobody uses yet, without telling anyone.
 *
 * The engine announces each migration on one channel for the whole database, and a worker that hears of a breaking one
 * stops, whichever schema it was for. Creating a queue would so stop the workers of every other queue.
 */
export function openNewSchemaPool(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, application_name: 'howdah migrate', max: 2 });
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
    const query = client.query.bind(client) as (...parameters: unknown[]) => unknown;
    const quietQuery = (...parameters: unknown[]) =>
      parameters[0] === ANNOUNCEMENT ? Promise.resolve({ rows: [] }) : query(...parameters);
    client.query = quietQuery as typeof client.query;
  });
  return pool;
}
