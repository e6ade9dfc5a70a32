import { setTimeout as delay } from 'node:timers/promises';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { discard } from '../connections/discard.ts';
import { beginStatement } from '../limits.ts';
import { LockWatch } from './lock-holders.ts';
import { isLockFailure, LockWait, type LockWaitOptions } from './lock-wait.ts';

/** How long a statement waits behind others, and how long they have in between. */
const PATIENCE_MS = 500;

/** Beside that of a lock, on what is not to take long. */
const STATEMENT_MS = 60_000;

export interface UnblockedOptions extends Omit<LockWaitOptions, 'watch'> {
  /** Where it is looked whose the locks are. */
  connectionString: string;
  /** Gives up between two tries. @default nothing does */
  signal?: AbortSignal | undefined;
}

/**
 * What `work` returns, once its transaction has committed. A statement of it that waits for a lock for half a second makes it
 * begin anew, so it may run many times; for whom it waits is told. On a connection of the pool, through a pooler too.
 *
 * @throws {LockWaitError} when others were in the way for too long
 */
export async function untilUnblocked<T>(
  pool: Pool,
  { connectionString, signal, ...options }: UnblockedOptions,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const watch = new LockWatch(connectionString);
  const wait = new LockWait({ ...options, watch });
  try {
    for (;;) {
      try {
        return await transactOnce(pool, wait, work);
      } catch (error) {
        if (!isLockFailure(error)) throw error;
        wait.throwIfOver(error);
        await delay(PATIENCE_MS, undefined, signal && { signal });
      }
    }
  } finally {
    await watch.close();
  }
}

async function transactOnce<T>(
  pool: Pool,
  wait: LockWait,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    const limits = { lockMs: PATIENCE_MS, statementMs: STATEMENT_MS };
    const begun: unknown = await client.query(
      `${beginStatement({ limits })}; select pg_backend_pid() as pid`,
    );
    const [{ pid = 0 } = {}] = (begun as QueryResult<{ pid: number }>[]).at(-1)?.rows ?? [];
    const result = await wait.attempt(() => work(client), pid);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    await client.query('rollback').then(
      () => client.release(),
      () => discard(client),
    );
    throw error;
  }
}
