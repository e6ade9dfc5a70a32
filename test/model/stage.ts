import pg from 'pg';
import { announceTasks } from '../../src/enqueue/announce-tasks.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { testTask } from '../support/test-queue.ts';
import { OTHER_TASK, TASK } from './engine-statements.ts';
import { type QueueName, StagedRunner } from './staged-runner.ts';

/** Where each runner of the model works. */
export const RUNNERS = { A: 'default', B: 'default', C: 'critical' } as const satisfies Record<
  string,
  QueueName
>;
export type RunnerName = keyof typeof RUNNERS;

const TABLES = `graphile_worker._private_jobs, graphile_worker_critical._private_jobs, howdah.job_history,
  howdah.job_errors, howdah.job_outcomes, howdah.job_reports, howdah.job_starts, howdah.unique_locks,
  howdah.sequence_jobs, howdah.sequences, howdah.sequence_wakeups, howdah.queue_settings, howdah.runners`;

/** A database with sessions for an operator and for runners that the test drives statement by statement. */
export class Stage {
  readonly connectionString: string;
  /** A session of nobody in particular: enqueues and operates. */
  readonly operator: pg.Client;
  readonly #drop: () => Promise<void>;
  readonly #runners: StagedRunner[] = [];
  readonly #clients: pg.Client[] = [];

  private constructor(connectionString: string, operator: pg.Client, drop: () => Promise<void>) {
    this.connectionString = connectionString;
    this.operator = operator;
    this.#drop = drop;
  }

  static async open(): Promise<Stage> {
    const database = await createTestDatabase();
    const operator = new pg.Client({ connectionString: database.connectionString });
    await operator.connect();
    await announceTasks(operator, createCatalogue([testTask(TASK), testTask(OTHER_TASK)]));
    return new Stage(database.connectionString, operator, () => database.drop());
  }

  /** No job, no runner, nothing paused; what came before is over. */
  async reset(): Promise<void> {
    await this.#closeSessions();
    await this.operator.query(`truncate ${TABLES}`);
  }

  async addRunner(name: RunnerName, client = this.operator): Promise<StagedRunner> {
    const runner = await StagedRunner.register(client, this.connectionString, RUNNERS[name]);
    this.#runners.push(runner);
    return runner;
  }

  async connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.connectionString });
    await client.connect();
    this.#clients.push(client);
    return client;
  }

  async close(): Promise<void> {
    await this.#closeSessions();
    await this.operator.end();
    await this.#drop();
  }

  async #closeSessions(): Promise<void> {
    await Promise.all(this.#runners.splice(0).map((runner) => runner.close()));
    await Promise.all(this.#clients.splice(0).map((client) => client.end()));
  }
}
