import { drizzle as drizzleOnPg, type NodePgTransaction } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { drizzle as drizzleOnPostgresJs } from 'drizzle-orm/postgres-js';
import pg from 'pg';
import postgres from 'postgres';
import { keepsTheContract } from './contract.ts';

const orders = pgTable('orders', { note: text('note').notNull() });

keepsTheContract('drizzle on node-postgres', async (connectionString) => {
  const pool = new pg.Pool({ connectionString });
  const db = drizzleOnPg(pool, { casing: 'snake_case' });
  type Tx = Parameters<Parameters<typeof db.transaction>[0]>[0];
  return {
    transaction: (work) => db.transaction(work),
    insert: (tx: Tx, note) => tx.insert(orders).values({ note }),
    outside: db,
    close: () => pool.end(),
  };
});

keepsTheContract('drizzle, in a savepoint', async (connectionString) => {
  const pool = new pg.Pool({ connectionString });
  const db = drizzleOnPg(pool);
  return {
    transaction: (work) => db.transaction((outer) => outer.transaction(work)),
    insert: (tx: NodePgTransaction<Record<string, never>, Record<string, never>>, note) =>
      tx.insert(orders).values({ note }),
    outside: db,
    close: () => pool.end(),
  };
});

keepsTheContract('drizzle on postgres.js', async (connectionString) => {
  const sql = postgres(connectionString, { max: 3, onnotice: () => {} });
  const db = drizzleOnPostgresJs(sql);
  type Tx = Parameters<Parameters<typeof db.transaction>[0]>[0];
  return {
    transaction: (work) => db.transaction(work),
    insert: (tx: Tx, note) => tx.insert(orders).values({ note }),
    outside: db,
    close: () => sql.end(),
  };
});
