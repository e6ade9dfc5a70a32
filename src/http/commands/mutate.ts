import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { translatingErrors } from '../../db/command-error.ts';
import type { Database, Transaction } from '../../db/database.ts';
import type { SqlClient } from '../../db/sql-client.ts';
import type { EnqueueTogether } from '../../operate/enqueue-together.ts';
import type { KeyedRequest } from '../../operate/idempotency-keys.ts';
import { keyedTransaction } from '../../operate/keyed-transaction.ts';
import { type Actor, transactionAs, transactionAtOnce } from '../../operate/transaction-as.ts';
import { refuseInvalid } from '../../wire/describe-mistakes.ts';
import { idempotencyKey } from '../../wire/schemas/idempotency-key.ts';
import type { AppEnv } from '../app-dependencies.ts';
import { actorOf } from '../callers/actor-of.ts';
import { adviseOnUnknown } from './advise-on-unknown.ts';

/**
 * The answer to a request that changes something: the change, its row in the audit log (written by `work`, or by the SQL
 * command that it calls) and what an Idempotency-Key remembers commit together. A request that comes again with its key
 * gets the first answer and changes nothing; one that failed left nothing behind, and is tried anew. So the key also tells
 * what became of a request whose commit was not answered.
 *
 * @throws {HowdahError} what `work` throws, those of `claimKey` and `transact`, and what the database refused
 */
export async function mutate<Body>(
  c: Context<AppEnv>,
  db: Database,
  work: (tx: Transaction) => Promise<Body>,
): Promise<Body> {
  return changeOnce(c, db, { alone: (actor) => transactionAs(db, actor, work), work });
}

/**
 * The same for `work` that sends all of its statements at once. Without an Idempotency-Key they travel with the begin; with
 * one they wait for the claim.
 */
export async function mutateAtOnce<Body>(
  c: Context<AppEnv>,
  db: Database,
  work: (tx: SqlClient) => Promise<Body>,
): Promise<Body> {
  return changeOnce(c, db, { alone: (actor) => transactionAtOnce(db, actor, work), work });
}

/**
 * The same for `work` that sends one statement, which says by itself for whom it is done: without an Idempotency-Key that is a
 * transaction by itself, or goes together with those of other requests.
 *
 * @param together undefined where the connections do not allow it
 */
export async function mutateTogether<Body>(
  c: Context<AppEnv>,
  { db, together }: { db: Database; together: EnqueueTogether | undefined },
  work: (tx: SqlClient) => Promise<Body>,
): Promise<Body> {
  return together ? changeOnce(c, db, { alone: () => work(together), work }) : mutateAtOnce(c, db, work);
}

interface Change<Body> {
  /** The whole, for a request without a key. */
  alone(actor: Actor): Promise<Body>;
  work(tx: Transaction): Promise<Body>;
}

/**
 * The request's Idempotency-Key, with a hash of all that it asks for; undefined without one.
 *
 * @throws {HowdahError} `invalid_request` for a key that is none, also where the route does not check its headers
 */
export async function readKey(c: Context<AppEnv>): Promise<KeyedRequest | undefined> {
  const key = c.req.header('Idempotency-Key');
  if (key === undefined) return undefined;
  const data = { 'idempotency-key': key };
  refuseInvalid({ ...idempotencyKey.safeParse(data), data });
  const { method, path } = c.req;
  const requestHash = createHash('sha256')
    .update(`${method} ${path}\n${await c.req.text()}`)
    .digest();
  return { key, requestHash };
}

async function changeOnce<Body>(
  c: Context<AppEnv>,
  db: Database,
  { alone, work }: Change<Body>,
): Promise<Body> {
  const keyed = await readKey(c);
  const actor = actorOf(c);
  const change = async () => {
    if (!keyed) return alone(actor);
    const { result, isReplayed } = await keyedTransaction(db, { actor, keyed }, work);
    if (isReplayed) c.header('Idempotency-Replayed', 'true');
    return result;
  };
  return translatingErrors(change).catch(adviseOnUnknown(keyed !== undefined));
}
