import type { NodePgClient, NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { Pool } from 'pg';
import { type PgQueryable, transact } from '../index.ts';
import {
  createTableRelationsHelpers,
  drizzle,
  extractTablesRelationalConfig,
  NodePgSession,
  NodePgTransaction,
  PgDialect,
} from './drizzle.ts';
import * as schema from './schema.ts';

/** The bank's typed way to its tables, on a database of the queue. */
export type BankDatabase = NodePgDatabase<typeof schema> & { $client: Pool };

/** A transaction of `transactDrizzle`. */
export type BankTransaction = Parameters<Parameters<BankDatabase['transaction']>[0]>[0];

const DIALECT = new PgDialect();
const { tables, tableNamesMap } = extractTablesRelationalConfig(schema, createTableRelationsHelpers);
const RELATIONS = { fullSchema: schema, schema: tables, tableNamesMap };

export function toBankDatabase(db: Pool): BankDatabase {
  return drizzle(db, { schema });
}

/** `transact`, with the transaction as drizzle has it. */
export function transactDrizzle<T>(
  { $client }: BankDatabase,
  work: (tx: BankTransaction) => Promise<T>,
): Promise<T> {
  return transact($client, (tx) => work(toDrizzle(tx)));
}

function toDrizzle(tx: PgQueryable): BankTransaction {
  const session = new NodePgSession<typeof schema, typeof tables>(
    tx as unknown as NodePgClient,
    DIALECT,
    RELATIONS,
  );
  return new NodePgTransaction(DIALECT, session, RELATIONS) as BankTransaction;
}
