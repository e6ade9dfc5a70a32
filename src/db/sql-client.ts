import { describeClient } from './transactions/describe-client.ts';
import { DRIZZLE, type DrizzleExecutor } from './transactions/drizzle.ts';
import { hasMethod } from './transactions/has-method.ts';
import { KNEX, type KnexExecutor } from './transactions/knex.ts';
import { KYSELY, type KyselyExecutor } from './transactions/kysely.ts';
import type { Library } from './transactions/library.ts';
import { POSTGRES_JS, type PostgresJsExecutor } from './transactions/postgres-js.ts';
import { PRISMA, type PrismaExecutor } from './transactions/prisma.ts';

/**
 * The part of a `pg` client or pool that runs a statement, and the adapter to write for a library that Howdah does not know:
 * `query` runs the text, with `$1`, `$2`, … for the values, in the caller's transaction and resolves to the rows as objects.
 */
export interface PgQueryable {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
}

/** Whatever the caller has a transaction open on; docs/transactions.md shows one of each. */
export type SqlClient =
  | PgQueryable
  | DrizzleExecutor
  | KyselyExecutor
  | KnexExecutor
  | PrismaExecutor
  | PostgresJsExecutor;

/** Tried with pg 8.23.1, and with typeorm 1.1.1, whose EntityManager and QueryRunner resolve to the rows themselves. */
const QUERYABLE: Library<PgQueryable> = {
  owns: (client): client is PgQueryable => hasMethod(client, 'query'),
  ask: (client, text, values) => client.query(text, values),
};

/** What only has `query` comes last: others have one as well, which is for something else. */
const LIBRARIES = [PRISMA, KYSELY, DRIZZLE, POSTGRES_JS, KNEX, QUERYABLE] as Library<SqlClient>[];

const EXPECTED =
  'a transaction of drizzle, Kysely, Knex, Prisma, postgres.js or TypeORM, a pg client, or an object whose query(text, values) resolves to { rows }';

/**
 * Rows of one statement run on the caller's own connection, hence inside the caller's transaction.
 *
 * @param text SQL with `$1`, `$2`, … for the values. Where the client may be of any library, each of them stands as `$1::text`,
 *   cast on from there if need be (`$1::text::json`), and columns are texts with names of one lower-case word: postgres.js
 *   turns into JSON what it finds used as such, Prisma declares types by the value, and each parses rows as it is set to.
 * @throws {TypeError} naming what was received, before anything is sent, when the client is none
 */
export async function queryRows<Row>(client: SqlClient, text: string, values: unknown[]): Promise<Row[]> {
  const library = findLibrary(client);
  const given = values.map((value) => (value === undefined ? null : value));
  return toRows(await library.ask(client, text, given)) as Row[];
}

function findLibrary(client: unknown): Library<SqlClient> {
  const isThing = (typeof client === 'object' && client !== null) || typeof client === 'function';
  const library = isThing && LIBRARIES.find((each) => each.owns(client));
  if (library) return library;
  throw new TypeError(`expected ${EXPECTED}, received ${describeClient(client)}`);
}

function toRows(result: unknown): unknown[] {
  const rows = Array.isArray(result) ? result : (result as { rows?: unknown } | undefined)?.rows;
  if (Array.isArray(rows)) return rows;
  throw new TypeError(
    `expected query(text, values) to resolve to { rows }, received ${describeClient(result)}`,
  );
}
