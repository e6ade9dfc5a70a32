import type { Pool, PoolClient } from 'pg';

type ConnectCallback = Parameters<Pool['connect']>[0];

/**
 * Makes statements of a pool wait until `opened` resolves. Only those that ask for a client by promise: the engine's
 * fetches do, its LISTEN (which may begin earlier) asks by callback.
 */
export function gatePool(pool: Pool, opened: () => Promise<void>): void {
  const connect = pool.connect.bind(pool) as (callback?: ConnectCallback) => Promise<PoolClient>;
  const gated = async (callback?: ConnectCallback) => {
    if (callback) return connect(callback);
    await opened();
    return connect();
  };
  pool.connect = gated as Pool['connect'];
}
