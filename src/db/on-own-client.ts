import type pg from 'pg';
import type { Transaction } from './database.ts';
import { type BeginOptions, beginStatement } from './limits.ts';
import { PLAIN_TYPES } from './read-plainly.ts';
import { TransactionClient } from './transaction-client.ts';

/**
 * What `work` returns, in a transaction on a connection of its own that is opened for it and ended after it: it waits for
 * nobody who has the connections of a pool, and is no part of what is done on those.
 *
 * @param client one that is not connected yet
 * @throws what kept it from connecting, and what `work` threw: nothing was done then
 */
export async function onOwnClient<T>(
  client: pg.Client,
  begin: BeginOptions,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  client.on('error', () => {}); // its statements fail as well
  try {
    await client.connect();
    using tx = new TransactionClient(client, PLAIN_TYPES);
    await tx.query(beginStatement(begin));
    const result = await work(tx);
    await tx.commit();
    return result;
  } finally {
    await client.end().catch(() => {});
  }
}
