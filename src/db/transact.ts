import { randomUUID } from 'node:crypto';
import { findOptionMistakes, type OptionKinds } from '../config/mistakes/option-mistakes.ts';
import { distrust, limitsOf, sessionLimitsOf } from './connections/bounded-pool.ts';
import { discard } from './connections/discard.ts';
import { foreignBegin, isForeign } from './connections/foreign-pool.ts';
import type { Database, Transaction } from './database.ts';
import { BEGUN, guardedClient } from './guarded-client.ts';
import { type BeginOptions, beginStatement, limitsBeside } from './limits.ts';
import { findLimitMistakes, findSettingMistakes } from './option-mistakes.ts';
import { isReadOnlyServer } from './read-only.ts';
import { PLAIN_TYPES } from './read-plainly.ts';
import type { PgQueryable } from './sql-client.ts';
import { type Statement, TransactionClient } from './transaction-client.ts';
import { unknownOutcome } from './unknown-outcome.ts';

export interface TransactionOptions<T, First> extends BeginOptions {
  /**
   * Statements that travel with the begin, on a pool with limits; `work` is given what it returns. Were the begin alone to
   * fail, those on `tx` would be done without the transaction: so they must do no harm by themselves. Those on `guarded`
   * would fail too; see `guardedClient`.
   */
  first?: ((tx: Transaction, guarded: PgQueryable) => First) | undefined;
  /** One that travels with the commit there, made from what `work` returned. */
  last?: ((result: T) => Statement | undefined) | undefined;
}

/**
 * What `work` returns, once the transaction it ran in has committed. Every transaction on a pool goes through here, for
 * here is what makes an answer of failure true:
 *
 * - The server knows the limits of the pool (SET LOCAL, with the begin), so nothing of it goes on after we gave up.
 * - Whatever fails before the commit, a statement that nobody answered included, the commit is never sent: the transaction
 *   is rolled back, or its connection is cut, which is the same to the server.
 * - A connection goes back to its pool only when the server said that nothing is open on it. None is lost to an error.
 *
 * Statements that `work` did not wait for are refused once it has returned; they would run in somebody else's transaction.
 *
 * @throws {TypeError} naming every option that means nothing, before anything is begun
 * @throws what `work` or the server threw: the transaction was rolled back, or will be without being asked again
 * @throws {HowdahError} `unavailable` when all connections are in use; `outcome_unknown` when the commit was sent and no
 *   answer to it came, so that it was done or was not
 */
export async function transact<T, First = undefined>(
  db: Database,
  work: (tx: Transaction, first: Awaited<First>) => Promise<T>,
  options: TransactionOptions<T, First> = {},
): Promise<T> {
  refuseMistakes({ db: db ?? null, work: work ?? null }, options);
  const client = await db.connect();
  using tx = new TransactionClient(client, isForeign(db) ? PLAIN_TYPES : undefined);
  try {
    const token = randomUUID();
    const settings = { ...options.settings, ...(options.first && { [BEGUN]: token }) };
    const begin = tx.query(beginStatement(toBegin(db, { ...options, settings }), client));
    // Were the begin to fail, that is what is thrown: it is answered first, and no more is sent.
    const [, first] = await Promise.all([begin, options.first?.(tx, guardedClient(tx, token))]);
    const result = await work(tx, first as Awaited<First>);
    await tx.commit(options.last?.(result));
    client.release();
    return result;
  } catch (error) {
    const isRolledBack = await tx.rollBack();
    if (isReadOnlyServer(error)) distrust(db);
    if (isRolledBack) client.release();
    else discard(client);
    throw tx.isCommitSent && !isRolledBack ? unknownOutcome(error) : error;
  }
}

const GIVEN: OptionKinds<{ db: unknown; work: unknown }> = { db: 'pool', work: 'function' };

const OPTIONS: OptionKinds<TransactionOptions<unknown, unknown>> = {
  ...{ limits: 'object', settings: 'object', isReadOnly: 'flag', isReadWrite: 'flag' },
  ...{ first: 'function', last: 'function' },
};

function refuseMistakes(given: { db: unknown; work: unknown }, options: BeginOptions): void {
  const { limits, settings } = options ?? {};
  const mistakes = [
    ...findOptionMistakes(given, GIVEN),
    ...findOptionMistakes(options, OPTIONS),
    ...findLimitMistakes(limits),
    ...findSettingMistakes(settings),
  ];
  if (mistakes.length > 0) throw new TypeError(`transact: ${mistakes.join('; ')}`);
}

function toBegin(db: Database, options: BeginOptions): BeginOptions {
  const limited = withLimitsOf(db, options);
  return isForeign(db) ? foreignBegin(limited) : limited;
}

function withLimitsOf(db: Database, options: BeginOptions): BeginOptions {
  const own = limitsOf(db);
  if (!own) return options;
  const { statementMs, lockMs, idleMs, transactionMs } = own;
  const limits = { statementMs, lockMs, idleMs, transactionMs, ...options.limits };
  // None above the pool's, as the client would give up first.
  const wanted = { ...limits, statementMs: Math.min(limits.statementMs, statementMs) };
  return { ...options, limits: limitsBeside(wanted, sessionLimitsOf(db)) };
}
