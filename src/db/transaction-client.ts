import pg from 'pg';
import { within } from './within.ts';

/** A rollback is a matter of a millisecond; where it is not, cutting the connection rolls back as well. */
const ROLLBACK_MS = 1_000;

/** SQL with `$1`, `$2`, … for the values. */
export interface Statement {
  text: string;
  values: unknown[];
}

/** The statements of one transaction, and what is known of it. */
export class TransactionClient {
  readonly #client: pg.ClientBase;
  readonly #types: pg.CustomTypesConfig | undefined;
  readonly #onLost = (error: unknown) => {
    this.#lost ??= { error };
  };
  #isOver = false;
  #isCommitSent = false;
  /** Why the state of the connection is not known any more. */
  #lost: { error: unknown } | undefined;

  /** @param types how what is selected is read. @default as the connection has it */
  constructor(client: pg.ClientBase, types?: pg.CustomTypesConfig) {
    this.#client = client;
    this.#types = types;
    client.on('error', this.#onLost);
  }

  get isCommitSent(): boolean {
    return this.#isCommitSent;
  }

  /** As a `pg` client has it, so that `queryRows` and whatever else wraps one can be given a transaction. */
  async query(statement: string | pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> {
    if (this.#isOver) throw new Error('This transaction is over; a statement of it was not waited for');
    return this.#ask(statement, values);
  }

  /**
   * With a last statement that travels with it.
   *
   * @throws without having sent it when a statement before was not answered, even if nobody passed that on
   * @throws when the server rolled back instead, since a statement had failed and nobody passed that on
   */
  async commit(last?: Statement): Promise<void> {
    this.#isOver = true;
    if (this.#lost) throw this.#lost.error;
    this.#isCommitSent = true;
    // Not waited for in between: were the last to fail, the server would answer the commit with ROLLBACK.
    const [done, committed] = await Promise.allSettled([
      last && this.#ask(last.text, last.values),
      this.#ask('commit'),
    ]);
    if (committed.status === 'rejected') throw committed.reason;
    if (done.status === 'rejected') throw done.reason;
    if (committed.value.command === 'COMMIT') return;
    throw new Error('Not committed: a statement had failed, and its error was kept back');
  }

  /** Whether the server said that nothing is open any more. Never throws, and takes a second at most. */
  async rollBack(): Promise<boolean> {
    this.#isOver = true;
    if (this.#lost) return false;
    const rolledBack = this.#client.query('rollback').then(
      () => true,
      () => false,
    );
    return (await within(ROLLBACK_MS, rolledBack)) ?? false;
  }

  [Symbol.dispose](): void {
    this.#client.off('error', this.#onLost);
  }

  /** Any error but the server's own means that the server's answer is not known, or is still on its way. */
  async #ask(statement: string | pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> {
    try {
      return await this.#client.query(this.#typed(statement), values);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) this.#onLost(error);
      throw error;
    }
  }

  #typed(statement: string | pg.QueryConfig): string | pg.QueryConfig {
    if (!this.#types) return statement;
    const asked = typeof statement === 'string' ? { text: statement } : statement;
    return { types: this.#types, ...asked };
  }
}
