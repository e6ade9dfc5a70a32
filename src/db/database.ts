import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import * as schema from './schema.ts';

/** The service's typed way to its tables. */
export type Database = NodePgDatabase<typeof schema>;

/** A transaction opened by `database.transaction(…)`; everything done through it commits or rolls back together. */
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

export interface DatabaseOptions {
  connectionString: string;
  /** Shown in `pg_stat_activity`. At most 63 bytes. */
  applicationName: string;
  /** @default 10 */
  maxConnections?: number;
  /** Told of errors on idle connections (the server went away, say); the pool replaces them by itself. */
  onIdleError?: (error: Error) => void;
}

export interface DatabaseHandle {
  readonly db: Database;
  readonly pool: pg.Pool;
  /** Ends every connection once its query is done. Safe to call twice. */
  close(): Promise<void>;
}

/** A pool with drizzle on top. Connects on first use, so it never fails here. */
export function openDatabase(options: DatabaseOptions): DatabaseHandle {
  const { connectionString, applicationName, maxConnections = 10, onIdleError = ignore } = options;
  const pool = new pg.Pool({ connectionString, application_name: applicationName, max: maxConnections });
  pool.on('error', onIdleError);
  pool.on('connect', (client) => client.on('error', onIdleError));
  let closing: Promise<void> | undefined;
  return {
    db: drizzle(pool, { schema }),
    pool,
    close() {
      closing ??= pool.end();
      return closing;
    },
  };
}

function ignore(): void {}
