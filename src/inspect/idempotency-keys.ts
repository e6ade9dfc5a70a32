import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { sqlStateOf } from '../db/sql-state.ts';
import { HowdahError } from '../errors.ts';

/** Who asks under a key, and what: the hash stands for method, address and body. */
export interface KeyedRequest {
  key: string;
  requestHash: Buffer;
}

const LOCK_NOT_AVAILABLE = '55P03';

const PRUNED_AT_ONCE = 100;
const KEPT = `interval '24 hours'`;

/**
 * A claim without an answer that was committed belongs to a request of several transactions. Each moves the expiry on,
 * so one that is this much older than the newest possible tells that the request is no longer at work.
 */
const SILENCE = `interval '30 seconds'`;

/**
 * The first answer to this request, undefined when this is the first, or the first since one was broken off: then the key
 * is the caller's, and others that come with it wait until the transaction ends. Removes some expired keys in passing.
 *
 * When there is more than this transaction to do, commit it, call `keepClaim` in each that follows, and `storeAnswer` or
 * `releaseClaim` at the end; meanwhile others with the key are refused.
 *
 * @throws {HowdahError} `idempotency_key_reused` when another request had the key, `idempotency_key_in_use` when one with
 *   this key is still at work once the transaction's limit for locks is over; it must then be rolled back
 */
export async function claimKey(tx: SqlClient, { key, requestHash }: KeyedRequest): Promise<unknown> {
  await removeExpired(tx);
  const request = { key, requestHash };
  const answer = await findAnswer(tx, request);
  if (answer !== undefined || (await insertKey(tx, request))) return answer;
  const first = await findAnswer(tx, request);
  if (first === undefined) throw new HowdahError('idempotency_key_in_use', { retryAfterSeconds: 1 });
  return first;
}

/** Says that the request is still at work. */
export async function keepClaim(tx: SqlClient, key: string): Promise<void> {
  await queryRows(tx, `update howdah.idempotency_keys set expires_at = now() + ${KEPT} where key = $1`, [
    key,
  ]);
}

/** Says that the request was broken off: the same one may go on at once, another may still not have the key. */
export async function releaseClaim(client: SqlClient, key: string): Promise<void> {
  await queryRows(
    client,
    `update howdah.idempotency_keys set expires_at = now() + ${KEPT} - ${SILENCE} where key = $1 and answer is null`,
    [key],
  );
}

/** Keeps the answer for 24 hours, from the commit of the caller's transaction on. */
export async function storeAnswer(tx: SqlClient, key: string, answer: unknown): Promise<void> {
  await queryRows(
    tx,
    `update howdah.idempotency_keys set answer = $2::json, expires_at = now() + ${KEPT} where key = $1`,
    [key, JSON.stringify(answer)],
  );
}

/** Undefined when the key is free or the same request's that was broken off. Waits for nobody, unlike an insert. */
async function findAnswer(client: SqlClient, { key, requestHash }: KeyedRequest): Promise<unknown> {
  const [first] = await queryRows<{ hash: string; answer: unknown; isSilent: boolean }>(
    client,
    `select encode(request_hash, 'hex') as hash, answer, expires_at <= now() + ${KEPT} - ${SILENCE} as "isSilent"
     from howdah.idempotency_keys where key = $1 and expires_at > now()`,
    [key],
  );
  if (!first) return undefined;
  if (first.hash !== requestHash.toString('hex')) throw new HowdahError('idempotency_key_reused');
  if (first.answer !== null) return first.answer;
  if (first.isSilent) return undefined;
  throw new HowdahError('idempotency_key_in_use', { retryAfterSeconds: 1 });
}

async function insertKey(tx: SqlClient, { key, requestHash }: KeyedRequest): Promise<boolean> {
  try {
    const rows = await queryRows(
      tx,
      `insert into howdah.idempotency_keys as known (key, request_hash) values ($1, decode($2, 'hex'))
       on conflict (key) do update
         set request_hash = excluded.request_hash, answer = null, expires_at = excluded.expires_at
         where known.expires_at <= now() or (known.answer is null and known.request_hash = excluded.request_hash
               and known.expires_at <= now() + ${KEPT} - ${SILENCE})
       returning 1`,
      [key, requestHash.toString('hex')],
    );
    return rows.length > 0;
  } catch (error) {
    if (sqlStateOf(error) !== LOCK_NOT_AVAILABLE) throw error;
    throw new HowdahError('idempotency_key_in_use', { retryAfterSeconds: 1, cause: error });
  }
}

async function removeExpired(tx: SqlClient): Promise<void> {
  await queryRows(
    tx,
    `delete from howdah.idempotency_keys where key in (
       select key from howdah.idempotency_keys where expires_at <= now() limit ${PRUNED_AT_ONCE} for update skip locked)`,
    [],
  );
}
