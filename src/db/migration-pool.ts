import type pg from 'pg';
import { createPool } from './connection.ts';

/** The statement with which graphile-worker 0.18.0 announces a migration. Source: its migrate.ts, `runMigration`. */
const ANNOUNCEMENT = 'select pg_notify($1, $2)';

/** A pool for the engine's own migrations. */
export function openMigrationPool(connectionString: string): pg.Pool {
  return createPool({ connectionString, applicationName: 'howdah migrate' }, { max: 2 });
}

/**
 * A pool for installing the engine into a schema that nobody uses yet, without telling anyone.
 *
 * The engine announces each migration on one channel for the whole database, and a worker that hears of a breaking one
 * stops, whichever schema it was for. Creating a queue would so stop the workers of every other queue.
 */
export function openNewSchemaPool(connectionString: string): pg.Pool {
  const pool = openMigrationPool(connectionString);
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...parameters: unknown[]) => unknown;
    const quietQuery = (...parameters: unknown[]) =>
      parameters[0] === ANNOUNCEMENT ? Promise.resolve({ rows: [] }) : query(...parameters);
    client.query = quietQuery as typeof client.query;
  });
  return pool;
}
