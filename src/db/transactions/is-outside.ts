import { hasMethod } from './has-method.ts';

/**
 * Whether statements on the client are certain to belong to no transaction: each is one of its own, on whatever connection is
 * free. False where the client may have one open: a single connection, and Kysely's `db`, which may be held to one.
 */
export function isOutside(client: unknown): boolean {
  if (client === null || !['object', 'function'].includes(typeof client)) return false;
  const { $client, isTransaction } = client as { $client?: unknown; isTransaction?: unknown };
  if (isPool(client) || isPool($client)) return true;
  if (hasMethod(client, '$queryRawUnsafe')) return hasMethod(client, '$connect');
  if (typeof client === 'function' && hasMethod(client, 'raw')) return isTransaction !== true;
  return isTypeOrm(client as object) && !(client as { queryRunner?: unknown }).queryRunner;
}

/** Of pg, or postgres.js' `sql`; one that is reserved is a single connection. */
function isPool(thing: unknown): boolean {
  if (typeof thing === 'function') return hasMethod(thing, 'begin') && !hasMethod(thing, 'release');
  return hasMethod(thing, 'connect') && typeof (thing as { totalCount?: unknown }).totalCount === 'number';
}

/** Its DataSource, and its EntityManager, which has a `queryRunner` in a transaction; its QueryRunner is a single connection. */
function isTypeOrm(client: object): boolean {
  if (hasMethod(client, 'createQueryRunner')) return true;
  return ('dataSource' in client || 'connection' in client) && hasMethod(client, 'getRepository');
}
