import type { Pool, PoolClient, QueryConfig, QueryResult } from 'pg';

type ConnectCallback = Parameters<Pool['connect']>[0];

/** What stands between the engine and its pool. */
export interface PoolGate {
  /** Statements wait until this resolves. */
  opened: () => Promise<void>;
  /** The answer to a statement in place of the database's; undefined to send it as it is. */
  answer: (statement: QueryConfig) => Promise<Pick<QueryResult, 'rows'>> | undefined;
}

/**
 * Puts the gate before a pool. Only before statements of clients that are asked for by promise: the engine's fetches and
 * the ends of its runs are, its LISTEN (which may begin earlier) and its schedules are not. Such a client takes a
 * connection with its first statement that needs one, so that a database out of reach cannot hide the statement.
 */
export function gatePool(pool: Pool, gate: PoolGate): void {
  const connect = pool.connect.bind(pool) as (callback?: ConnectCallback) => Promise<PoolClient>;
  const gated = async (callback?: ConnectCallback) => {
    if (callback)
      return connect((error, client, release = () => {}) => callback(error, client, once(release))); // an ended pool gives none
    await gate.opened();
    return new GatedClient(connect, gate) as unknown as PoolClient;
  };
  pool.connect = gated as Pool['connect'];
}

/**
 * The engine gives its listening client back twice when that breaks while it stops listening (0.18.0, `listenForChanges`
 * in main.js), which the pool answers with an error that nobody catches.
 */
function once(release: (error?: Error | boolean) => void): (error?: Error | boolean) => void {
  let isReleased = false;
  return (error) => {
    if (!isReleased) release(error);
    isReleased = true;
  };
}

/** The part of a pool's client that the engine uses. */
class GatedClient {
  readonly #connect: () => Promise<PoolClient>;
  readonly #gate: PoolGate;
  #client: PoolClient | undefined;

  constructor(connect: () => Promise<PoolClient>, gate: PoolGate) {
    this.#connect = connect;
    this.#gate = gate;
  }

  async query(statement: string | QueryConfig, values?: unknown[]): Promise<Pick<QueryResult, 'rows'>> {
    const answer = typeof statement === 'object' ? this.#gate.answer(statement) : undefined;
    if (answer) return answer;
    this.#client ??= await this.#connect();
    return this.#client.query(statement as string, values);
  }

  release(error?: Error | boolean): void {
    this.#client?.release(error);
    this.#client = undefined;
  }
}
