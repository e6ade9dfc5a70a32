import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JobHelpers, WorkerPool } from 'graphile-worker';
import type { Pool } from 'pg';
import type { DatabaseHandle } from '../../db/connections/open-database.ts';
import type { BoundTask } from '../../tasks/bind.ts';
import type { TaskDefinition } from '../../tasks/define-task.ts';
import { routesOf } from '../../tasks/routes-of.ts';
import { versionsOf } from '../../tasks/task-version.ts';
import { distrustNews } from '../engine/distrust-news.ts';
import { gatePool } from '../engine/gated-pool.ts';
import type { RunnerIdentity } from '../fleet/runner-identity.ts';
import { ShutdownError } from '../run/abort-reasons.ts';
import type { SharedEnvironment } from '../run/run-job.ts';
import type { Schedule } from '../schedules/crontab.ts';
import type { UpkeepSettings } from '../upkeep/upkeep-kinds.ts';
import cliTasks from './cli-tasks.ts';
import { GuestRunner } from './guest-runner.ts';

/** Where the CLI finds them. */
export const CLI_TASKS = fileURLToPath(new URL(`./cli-tasks${extname(import.meta.url)}`, import.meta.url));

/** The CLI's own, without --max-pool-size. */
const DEFAULT_POOL_SIZE = 10;

/** The plugin that makes the stock `graphile-worker` CLI run a queue as Howdah's own worker does. */
export interface EnginePluginOptions<Services> {
  connectionString: string;
  identity: RunnerIdentity;
  /** Every task of the application, by name. */
  tasks: ReadonlyMap<string, BoundTask<Services>>;
  /** Its name. */
  application: string;
  /** What the CLI works with in place of a pool of its own; whatever is idle in it keeps no process alive. */
  openDatabase: (maxConnections: number) => DatabaseHandle;
  /** Of all queues; the CLI's own clock enqueues nothing. */
  schedules: readonly Schedule[];
  upkeep: UpkeepSettings;
  /** Called before the CLI reads its settings. @returns the schema's queue. @throws what should end the CLI instead */
  prepare: (settings: CliSettings, schema: string) => string;
  /** What runs need; called once, before the first job is fetched. */
  open: () => Promise<SharedEnvironment<Services>>;
  /** Called before the runner leaves the register, which cuts the connections that are left. */
  onLeaving: () => void;
  /** Called once the CLI's pool has ended. */
  onEnd: () => Promise<void>;
  /** The runner was lost, or never was one: the process should end now. */
  onLost: (reason: unknown) => void;
  /** The engine gives up, and stops in order. */
  onFatalError: (error: unknown) => void;
}

/** The CLI's settings, flags included; the plugin may change them. */
export type CliSettings = Pick<
  GraphileConfig.ResolvedPreset['worker'] & object,
  'connectionString' | 'crontabFile' | 'concurrentJobs' | 'maxPoolSize'
>;

/**
 * Has the CLI run the application's tasks through the same pipeline: parsed payload, time limit, verdicts, events. The CLI's pool is a runner in the fleet's register: nothing is fetched before it is in there, and
 * what it holds when it leaves is given back.
 */
export function createEnginePlugin<Services>(options: EnginePluginOptions<Services>): GraphileConfig.Plugin {
  const guest = new Guest(options);
  for (const [name, task] of options.tasks) cliTasks[name] = guest.handlerOf(task);
  return {
    name: 'HowdahPlugin',
    version: '1.0.0',
    worker: {
      middleware: {
        init(next, { ctx }) {
          const settings = ctx.resolvedPreset.worker as CliSettings;
          const queue = options.prepare(settings, ctx.workerSchema);
          guest.setUp(queue, settings);
          ctx.events.on('pool:create', ({ workerPool }) => guest.begin(workerPool));
          ctx.events.on('pool:listen:success', ({ client }) => distrustNews(client, { queue }));
          ctx.events.on('cron:started', () => guest.startByTheClock());
          ctx.events.on('pool:fatalError', ({ error }) => options.onFatalError(error));
          ctx.events.on('pool:release', () => void guest.end());
          return lendPool(next(), guest.openPool(settings));
        },
        poolGracefulShutdown: (next) => guest.stop(next),
      },
      hooks: {
        startWorker: () => guest.begun,
      },
    },
  };
}

/**
 * Makes the CLI take a pool of ours: given an address alone it would open sessions with whatever settings the database
 * has. It looks for a pool among the options it was called with. Source: graphile-worker 0.18.0, lib.js, `assertPool`.
 */
function lendPool<T>(compiled: T, pool: Pool): T {
  const { _rawOptions: options } = compiled as { _rawOptions: { pgPool?: Pool } };
  options.pgPool = pool;
  return compiled;
}

/** The CLI's pool as a runner of ours, from its creation to its end. */
class Guest<Services> {
  readonly #options: EnginePluginOptions<Services>;
  #queue = '';
  #concurrency = 1;
  #database: DatabaseHandle | undefined;
  #runner: GuestRunner<Services> | undefined;
  #begun: Promise<void> = Promise.resolve();
  #ending: Promise<void> | undefined;

  constructor(options: EnginePluginOptions<Services>) {
    this.#options = options;
  }

  /** Resolves when jobs may be fetched. */
  get begun(): Promise<void> {
    return this.#begun;
  }

  setUp(queue: string, { concurrentJobs }: CliSettings): void {
    this.#queue = queue;
    this.#concurrency = concurrentJobs ?? 1;
  }

  /** The pool of the CLI, whose statements that end runs are written by the runner. */
  openPool({ maxPoolSize = DEFAULT_POOL_SIZE }: CliSettings): Pool {
    const database = this.#options.openDatabase(maxPoolSize);
    this.#database = database;
    gatePool(database.db, { opened: async () => {}, answer: (statement) => this.#runner?.answer(statement) });
    return database.db;
  }

  handlerOf(task: BoundTask<Services>) {
    return async (payload: unknown, helpers: JobHelpers): Promise<void> => {
      if (!this.#runner) throw new Error('a job was fetched before the runner was in the register');
      await this.#runner.jobs.run(task, payload, helpers);
    };
  }

  begin(pool: WorkerPool): void {
    pool.abortSignal.addEventListener('abort', () => this.#runner?.jobs.abort(new ShutdownError()));
    this.#begun = this.#begin(pool);
    this.#begun.catch(this.#options.onLost);
  }

  /** The engine has a clock of its own to start, unless it only runs what there is (`--once`). */
  startByTheClock(): void {
    void this.#begun.then(
      () => this.#runner?.startByTheClock(),
      () => {},
    );
  }

  /** @param endEngine what the engine does to stop */
  async stop(endEngine: () => unknown): Promise<void> {
    try {
      await (this.#runner ? this.#runner.letGo(endEngine) : endEngine());
    } finally {
      await this.end();
    }
  }

  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #begin({ id }: WorkerPool): Promise<void> {
    const { connectionString, tasks, application, schedules, upkeep, onLost } = this.#options;
    const identity = {
      ...this.#options.identity,
      queue: this.#queue,
      concurrency: this.#concurrency,
      tasks: versionsOf([...tasks.values()].map(({ definition }) => definition as TaskDefinition)),
      routes: routesOf(tasks.values()),
      application,
    };
    const environment = await this.#options.open();
    if (!this.#database) throw new Error('the pool was made before it was lent');
    const runner = new GuestRunner<Services>({
      connectionString,
      database: this.#database,
      identity,
      tasks,
      schedules,
      upkeep,
      environment,
      onLost,
    });
    this.#runner = runner;
    await runner.open(id);
  }

  async #end(): Promise<void> {
    await this.#begun.catch(() => {});
    await this.#runner?.letGo();
    this.#options.onLeaving();
    await this.#runner?.close();
    await this.#options.onEnd();
  }
}
