import type { ClientBase } from 'pg';

/** What `work` returns, once the transaction it ran in has committed; an error rolls everything back and is rethrown. */
export async function inTransaction<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
