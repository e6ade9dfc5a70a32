import type { ClientBase } from 'pg';

/**
 * What `work` returns, once the transaction it ran in has committed; an error rolls everything back and is rethrown. On a
 * session of the caller's own, which the caller ends; all others go through `transact`.
 */
export async function inTransaction<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {}); // a session that is gone has rolled back, and says why in `error`
    throw error;
  }
}
