import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { LOCK_NOT_AVAILABLE, sqlStateOf } from '../db/sql-state.ts';
import type { Statement } from '../db/transaction-client.ts';
import { HowdahError } from '../errors.ts';

interface Claim {
  outcome: 'claimed' | 'answered' | 'in_use' | 'reused';
  answer: unknown;
  progress: unknown;
}

/** Who asks under a key, and what: the hash stands for method, address and body. */
export interface KeyedRequest {
  key: string;
  requestHash: Buffer;
}

const KEPT = `interval '24 hours'`;

/** A claim that is so much older tells that its request is no longer at work, as in claim_idempotency_key.sql. */
const SILENCE = `interval '30 seconds'`;

/** What is known of a request that comes with a key. */
export interface Claimed {
  /** The first answer to it; undefined when the key is the caller's now. */
  answer?: unknown;
  /** How far it had come when it was broken off, as `keepClaim` was told; undefined when that was never. */
  progress?: unknown;
}

/**
 * The first answer to this request, undefined when this is the first, or the first since one was broken off: then the key
 * is the caller's, and others that come with it wait until the transaction ends. See claim_idempotency_key.sql.
 *
 * @throws {HowdahError} those of `claimWork`
 */
export async function claimKey(tx: SqlClient, keyed: KeyedRequest): Promise<unknown> {
  return (await claimWork(tx, keyed)).answer;
}

/**
 * The same for when there is more than this transaction to do: commit it, call `keepClaim` at the begin and the end of each
 * that follows, and `storeAnswer` or `releaseClaim` at the end of all; meanwhile others with the key are refused.
 *
 * @throws {HowdahError} `idempotency_key_reused` when another request had the key, `idempotency_key_in_use` when one with
 *   this key is still at work once the transaction's limit for locks is over; it must then be rolled back
 */
export async function claimWork(tx: SqlClient, { key, requestHash }: KeyedRequest): Promise<Claimed> {
  const [claim] = await queryRows<Claim>(
    tx,
    `select outcome, answer, progress from howdah.claim_idempotency_key($1, decode($2, 'hex'))`,
    [key, requestHash.toString('hex')],
  ).catch(refuseWaiting);
  if (claim?.outcome === 'reused') throw new HowdahError('idempotency_key_reused');
  if (claim?.outcome === 'in_use') throw new HowdahError('idempotency_key_in_use', { retryAfterSeconds: 1 });
  if (claim?.outcome === 'answered') return { answer: claim.answer };
  return claim?.progress ? { progress: claim.progress } : {};
}

/** What is known of this request, without a claim; undefined for nothing, or where another request had the key. */
export async function readKey(
  client: SqlClient,
  { key, requestHash }: KeyedRequest,
): Promise<Claimed | undefined> {
  const [known] = await queryRows<Pick<Claim, 'answer' | 'progress'>>(
    client,
    `select answer, progress from howdah.idempotency_keys
     where key = $1 and request_hash = decode($2, 'hex') and expires_at > now()`,
    [key, requestHash.toString('hex')],
  );
  return known && { answer: known.answer ?? undefined, progress: known.progress ?? undefined };
}

/**
 * Says that the request is still at work. Until the transaction ends, others with the key wait for it, so that a long one is
 * not taken for one that was broken off; said again at its end, the silence begins there and not where it began.
 *
 * @param progress how far it will have come when the transaction commits; as it was unless given
 */
export async function keepClaim(tx: SqlClient, key: string, progress?: object): Promise<void> {
  await queryRows(
    tx,
    `update howdah.idempotency_keys
     set expires_at = clock_timestamp() + ${KEPT}, progress = coalesce($2::json, progress) where key = $1`,
    [key, progress === undefined ? null : JSON.stringify(progress)],
  );
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
  const { text, values } = answerStatement(key, answer);
  await queryRows(tx, text, values);
}

/** What `storeAnswer` does, for a transaction to do last. */
export function answerStatement(key: string, answer: unknown): Statement {
  const text = `update howdah.idempotency_keys set answer = $2::json, expires_at = now() + ${KEPT} where key = $1`;
  return { text, values: [key, JSON.stringify(answer)] };
}

function refuseWaiting(error: unknown): never {
  if (sqlStateOf(error) !== LOCK_NOT_AVAILABLE) throw error;
  throw new HowdahError('idempotency_key_in_use', { retryAfterSeconds: 1, cause: error });
}
