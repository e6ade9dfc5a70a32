import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { announceTasks } from '../../src/enqueue/announce-tasks.ts';
import { PostgresDistributor } from '../../src/enqueue/postgres-distributor.ts';
import { createEventHub } from '../../src/observability/event-hub.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import type { TaskDefinition } from '../../src/tasks/define-task.ts';
import { describeTask } from '../../src/tasks/task-version.ts';
import { GREETINGS, type Release } from './greeting-versions.ts';
import { openPool } from './open-pool.ts';
import { createTestDatabase } from './test-database.ts';
import { waitFor } from './wait-for.ts';

const SCRIPT = fileURLToPath(new URL('./release-worker.ts', import.meta.url));

export interface WaitingJob {
  state: string;
  attempt: number;
  last_error: string | null;
}

/** Worker processes of several releases of a service, beside each other on one database. */
export class RollingFleet {
  readonly pool: pg.Pool;
  readonly connectionString: string;
  readonly #drop: () => Promise<void>;
  readonly #workers: ChildProcess[] = [];
  readonly #distributor = new PostgresDistributor({ events: createEventHub() });

  private constructor(connectionString: string, drop: () => Promise<void>) {
    this.connectionString = connectionString;
    this.#drop = drop;
    this.pool = openPool(connectionString);
    this.pool.on('error', () => {});
  }

  static async open(): Promise<RollingFleet> {
    const database = await createTestDatabase();
    return new RollingFleet(database.connectionString, database.drop);
  }

  /** A worker process of that release, taking jobs. @returns what ends it, in order */
  async startWorker(release: Release): Promise<() => Promise<void>> {
    const child = spawn(process.execPath, [SCRIPT, this.connectionString, release], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#workers.push(child);
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await waitFor(`a worker of ${release}`, () => said.includes('ready') || child.exitCode !== null);
    return () => end(child, 'SIGTERM');
  }

  /** As an API process of that release does at its start. */
  async startApi(release: Release): Promise<void> {
    await announceTasks(this.pool, createCatalogue([GREETINGS[release] as TaskDefinition]));
  }

  /** From the TypeScript of that release. */
  async distribute(release: Release, payload: { name: string; tone?: string }): Promise<string> {
    const { id } = await this.#distributor.distribute(
      this.pool,
      GREETINGS[release] as TaskDefinition,
      payload,
    );
    return id;
  }

  /** From SQL: a trigger, a sign-up of another program. */
  async enqueue(payload: object, options = ''): Promise<string> {
    const { rows } = await this.pool.query(`select howdah.enqueue('greets', $1${options}) as id`, [
      JSON.stringify(payload),
    ]);
    return rows[0].id;
  }

  version(release: Release): string {
    return describeTask(GREETINGS[release] as TaskDefinition).version;
  }

  async job(id: string): Promise<WaitingJob> {
    const { rows } = await this.pool.query(
      'select state, attempt, last_error from howdah.jobs where id = $1',
      [id],
    );
    return rows[0];
  }

  async untilState(id: string, ...states: string[]): Promise<WaitingJob> {
    return waitFor(`job ${id} to be ${states}`, async () => {
      const job = await this.job(id);
      return states.includes(job.state) ? job : undefined;
    });
  }

  async untilCompleted(ids: readonly string[]): Promise<void> {
    const isOver = async () => {
      const { rows } = await this.pool.query('select state from howdah.jobs where id = any ($1)', [ids]);
      return rows.every(({ state }) => state === 'completed');
    };
    await waitFor(`${ids.length} jobs to complete`, isOver, 90_000);
  }

  /** As if every process with that release had been gone for so long. */
  async forget(release: Release, interval: string): Promise<void> {
    const version = this.version(release);
    await this.pool.query(
      'update howdah.task_versions set last_seen_at = now() - $2::interval where task = $3 and version = $1',
      [version, interval, 'greets'],
    );
    await this.pool.query(
      'update howdah.runners set heartbeat_at = now() - $2::interval where task_versions ->> $3 = $1 and released_at is not null',
      [version, interval, 'greets'],
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => end(worker, 'SIGKILL')));
    await this.pool.end();
    await this.#drop();
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
