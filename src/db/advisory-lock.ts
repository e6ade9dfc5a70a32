import type { ClientBase } from 'pg';

/** First key of every advisory lock Howdah takes: "hwdh" in ASCII, so that other users of advisory locks stay clear. */
const HOWDAH_LOCKS = 0x68776468;

/** Second key, one per purpose. */
const PURPOSES = { migrate: 1 } as const;

/**
 * What `work` returns, run while this session alone holds the lock for the purpose, across all processes on the
 * database. Waits its turn. The lock ends with the session if the process dies.
 */
export async function withAdvisoryLock<T>(
  client: ClientBase,
  purpose: keyof typeof PURPOSES,
  work: () => Promise<T>,
): Promise<T> {
  const keys = [HOWDAH_LOCKS, PURPOSES[purpose]];
  await client.query('select pg_advisory_lock($1, $2)', keys);
  try {
    return await work();
  } finally {
    await client.query('select pg_advisory_unlock($1, $2)', keys);
  }
}
