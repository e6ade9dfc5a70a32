import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { HowdahError } from '../errors.ts';

/** Who asks under a key, and what: the hash stands for method, address and body. */
export interface KeyedRequest {
  key: string;
  requestHash: Buffer;
}

/** A request waits so long for another with its key. */
const WAIT_MS = 5_000;
const PRUNED_AT_ONCE = 100;

/**
 * The first answer to this request, undefined when this is the first: then the key is the caller's, and others that
 * come with it wait until the transaction ends. Removes some expired keys in passing.
 *
 * @throws {HowdahError} `idempotency_key_reused` when another request had the key, `idempotency_key_in_use` when one with
 *   this key is still at work after 5 s; the transaction must then be rolled back
 */
export async function claimKey(tx: SqlClient, { key, requestHash }: KeyedRequest): Promise<unknown> {
  await removeExpired(tx);
  if (await insertKey(tx, { key, requestHash })) return undefined;
  return findAnswer(tx, { key, requestHash });
}

/**
 * The first answer to this request, undefined when there is none. Claims nothing.
 *
 * @throws {HowdahError} `idempotency_key_reused` when another request had the key
 */
export async function findAnswer(client: SqlClient, { key, requestHash }: KeyedRequest): Promise<unknown> {
  const [first] = await queryRows<{ hash: string; answer: unknown }>(
    client,
    `select encode(request_hash, 'hex') as hash, answer from howdah.idempotency_keys
     where key = $1 and expires_at > now()`,
    [key],
  );
  if (first && first.hash !== requestHash.toString('hex')) throw new HowdahError('idempotency_key_reused');
  return first?.answer;
}

/** Keeps the answer for 24 hours, from the commit of the caller's transaction on. */
export async function storeAnswer(tx: SqlClient, key: string, answer: unknown): Promise<void> {
  await queryRows(tx, 'update howdah.idempotency_keys set answer = $2::json where key = $1', [
    key,
    JSON.stringify(answer),
  ]);
}

async function insertKey(tx: SqlClient, { key, requestHash }: KeyedRequest): Promise<boolean> {
  await setLockTimeout(tx, WAIT_MS);
  try {
    const rows = await queryRows(
      tx,
      `insert into howdah.idempotency_keys as known (key, request_hash) values ($1, decode($2, 'hex'))
       on conflict (key) do update
         set request_hash = excluded.request_hash, answer = null, expires_at = excluded.expires_at
         where known.expires_at <= now()
       returning 1`,
      [key, requestHash.toString('hex')],
    );
    return rows.length > 0;
  } catch (error) {
    if (isLockTimeout(error))
      throw new HowdahError('idempotency_key_in_use', { retryAfterSeconds: 1, cause: error });
    throw error;
  } finally {
    await setLockTimeout(tx, 0).catch(() => {}); // refused once the transaction has failed, and of no use then
  }
}

async function setLockTimeout(tx: SqlClient, timeoutMs: number): Promise<void> {
  await queryRows(tx, `select set_config('lock_timeout', $1::text, true)`, [`${timeoutMs}ms`]);
}

async function removeExpired(tx: SqlClient): Promise<void> {
  await queryRows(
    tx,
    `delete from howdah.idempotency_keys where key in (
       select key from howdah.idempotency_keys where expires_at <= now() limit ${PRUNED_AT_ONCE} for update skip locked)`,
    [],
  );
}

function isLockTimeout(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && current.code === '55P03') return true;
  }
  return false;
}
