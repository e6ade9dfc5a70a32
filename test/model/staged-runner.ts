import pg from 'pg';
import { createRunnerIdentity, enterSession, hashSecret } from '../../src/work/fleet/runner-identity.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  type EngineStatements,
  engineStatements,
  type Fetched,
  OTHER_TASK,
  TASK,
} from './engine-statements.ts';

export type QueueName = 'default' | 'critical';

/** Runs that a runner says it has at once; it may hold more jobs. */
export const PLACES = 3;

/** A runner as the database sees it: registered, and speaking through a session under its token. */
export class StagedRunner {
  readonly #identity = createRunnerIdentity();
  readonly token = this.#identity.token;
  readonly poolId = `pool-${this.token}`;
  readonly queue: QueueName;
  /** Every run it ever fetched, by job: the latest of each. */
  readonly runs = new Map<string, Fetched>();
  readonly #connectionString: string;
  #client: pg.Client | undefined;
  #statements: EngineStatements | undefined;
  #hasEntered = false;

  private constructor(connectionString: string, queue: QueueName) {
    this.#connectionString = connectionString;
    this.queue = queue;
  }

  static async register(operator: pg.Client, connectionString: string, queue: QueueName) {
    const runner = new StagedRunner(connectionString, queue);
    await operator.query(
      `select howdah.register_runner($1, $2, 'howdah', 'model', 1, ${PLACES}, $3, null, $4)`,
      [runner.token, queue, [TASK, OTHER_TASK], hashSecret(runner.#identity.secret)],
    );
    await operator.query('select howdah.name_runner_pool($1, $2)', [runner.token, runner.poolId]);
    return runner;
  }

  /** Over its session; a new one if the last was ended, as of a process that was cut off and is back. */
  async say<T>(speak: (statements: EngineStatements, client: pg.Client) => Promise<T>): Promise<T> {
    const client = this.#client ?? (await this.#connect());
    return speak(this.#statements ?? engineStatements(client, this), client);
  }

  async fetch(batchSize: number): Promise<Fetched[]> {
    const jobs = await this.say((statements) => statements.fetch(batchSize));
    for (const job of jobs) this.runs.set(job.id, job);
    return jobs;
  }

  /** The parameters by which howdah.complete_in_transaction and its neighbours know a run. */
  identityOf({ id, locked_at }: Fetched): unknown[] {
    return [id, this.queue, this.poolId, locked_at];
  }

  /** Resolves once it knows that the database ended its session, if that had entered. */
  async untilCutOff(): Promise<void> {
    if (!this.#hasEntered) return;
    await waitFor('the session of a released runner to end', () => this.#client === undefined);
  }

  async close(): Promise<void> {
    await this.#client?.end().catch(() => {});
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#connectionString,
      application_name: `howdah:${this.token}`,
    });
    client.on('error', () => {});
    client.on('end', () => {
      if (this.#client === client) this.#client = undefined;
    });
    await client.connect();
    await this.#enter(client);
    this.#client = client;
    this.#statements = engineStatements(client, this);
    return client;
  }

  /** A runner that was retired enters no session any more; a session that it had before knows it still. */
  async #enter(client: pg.Client): Promise<void> {
    try {
      await enterSession(client, this.#identity);
      this.#hasEntered = true;
    } catch {
      this.#hasEntered = false;
      await client.query(`select set_config('howdah.runner', $1, false)`, [this.#identity.secret]);
    }
  }
}
