import type { Pool, PoolClient, QueryConfig } from 'pg';
import { discard } from './connections/discard.ts';
import { FOREIGN_SETTINGS, isForeign } from './connections/foreign-pool.ts';
import { type BeginOptions, beginStatement, type Limits, limitsBeside, type ServerLimits } from './limits.ts';
import { PLAIN_TYPES } from './read-plainly.ts';

export interface AloneOptions extends Limits {
  /** @default false */
  isReadOnly?: boolean;
  /** Limits that the pool's sessions have by themselves, and need not be told. @default none */
  ofSession?: Partial<ServerLimits>;
}

/**
 * What one statement returns that is a transaction by itself, within these limits. Its begin and commit travel with it:
 * one round trip for the three.
 *
 * After an error the connection is used again only when the server has said, by its answer to the commit, that nothing is
 * open on it. When the begin alone failed the statement may have taken effect all the same; so what goes this way either
 * only reads or can be done again.
 */
export async function runAlone<T>(
  pool: Pool,
  options: AloneOptions,
  ask: (client: Pick<PoolClient, 'query'>) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  const [begun, answered, ended] = await Promise.allSettled([
    client.query(beginStatement(toBegin(pool, options), client)),
    ask(isForeign(pool) ? readingPlainly(client) : client),
    client.query({ text: 'commit', query_timeout: options.answerMs } as QueryConfig),
  ]);
  if (ended.status === 'fulfilled') client.release();
  else discard(client);
  for (const each of [begun, answered, ended]) {
    if (each.status === 'fulfilled') continue;
    throw each.reason;
  }
  return (answered as PromiseFulfilledResult<Awaited<T>>).value;
}

/** Somebody else's pool may read what it selects as it likes, and so do its clients. */
function readingPlainly(client: PoolClient): Pick<PoolClient, 'query'> {
  const query = (text: string, values?: unknown[]) =>
    client.query({ text, values, types: PLAIN_TYPES } as QueryConfig);
  return { query: query as PoolClient['query'] };
}

function toBegin(pool: Pool, { isReadOnly = false, ofSession = {}, ...own }: AloneOptions): BeginOptions {
  const { statementMs, lockMs, idleMs, transactionMs } = own;
  const limits = limitsBeside({ statementMs, lockMs, idleMs, transactionMs }, ofSession);
  return { limits, isReadOnly, ...(isForeign(pool) ? { settings: FOREIGN_SETTINGS } : {}) };
}
