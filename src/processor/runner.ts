import { randomUUID } from 'node:crypto';
import type { Job, Task } from 'graphile-worker';
import { type DatabaseHandle, openDatabase } from '../db/database.ts';
import type { BoundTask } from './bind.ts';
import { type Engine, startEngine } from './engine.ts';
import type { Registry } from './registry.ts';
import { type RunEnvironment, runJob } from './run-job.ts';
import { toRunningJob } from './running-job.ts';
import type { Slots } from './slots.ts';

/** Connections beside one a slot: one listens for new jobs, two fetch and end batches. */
const SPARE_CONNECTIONS = 3;

export interface RunnerOptions<Services> {
  connectionString: string;
  queue: string;
  /** Runs at once; `slots` has as many places. */
  concurrency: number;
  slots: Slots;
  tasks: ReadonlyMap<string, BoundTask<Services>>;
  registry: Registry;
  environment: Omit<RunEnvironment<Services>, 'endSignal'>;
}

/**
 * One queue's graphile-worker pool in this process, from its start to its end. It is never repaired: when something
 * about its connections went wrong it is replaced by a new one under a new token, so that what the old one may still
 * hold or send can be told from what the new one does.
 */
export class Runner<Services = unknown> {
  readonly token = randomUUID();
  readonly #options: RunnerOptions<Services>;
  readonly #end = new AbortController();
  readonly #running = new Set<string>();
  readonly #left = Promise.withResolvers<Error | undefined>();
  readonly #database: DatabaseHandle;
  #engine: Engine | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: RunnerOptions<Services>) {
    this.#options = options;
    this.#database = openDatabase({
      connectionString: options.connectionString,
      applicationName: `howdah:${this.token}`,
      maxConnections: options.concurrency + SPARE_CONNECTIONS,
      onConnectionError: (error) => this.#left.resolve(error),
    });
  }

  /** Jobs whose handlers are at work. */
  runningJobIds(): string[] {
    return [...this.#running];
  }

  /** Resolves when it should take no more jobs: with undefined after stop(), with the cause when by itself. */
  get left(): Promise<Error | undefined> {
    return this.#left.promise;
  }

  /** Registered, and taking jobs. */
  async start(): Promise<void> {
    const { queue, concurrency, registry, environment } = this.#options;
    await registry.register({ token: this.token, queue, concurrency });
    this.#engine = await startEngine({
      pool: this.#database.pool,
      queue,
      concurrency,
      tasks: this.#toEngineTasks(),
      log: environment.log,
      onPool: (poolId) => registry.namePool(this.token, poolId),
      onLeaving: (error) => this.#left.resolve(error),
    });
    environment.events.emit('runner.started', { queue, concurrency, token: this.token });
  }

  /** Takes no more jobs; resolves once its runs ended and it holds nothing. Safe to call twice. */
  stop(): Promise<void> {
    this.#left.resolve(undefined);
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Fires the signal of every run with this reason. */
  abort(reason: Error): void {
    this.#end.abort(reason);
  }

  /** Cuts its connections: the database refuses them, or cannot be reached over them. */
  disconnect(): void {
    this.#database.disconnect();
  }

  async #stop(): Promise<void> {
    const { queue, registry, environment } = this.#options;
    const cause = await this.#left.promise;
    if (cause && this.#engine) void this.#releaseLeftovers(this.#engine);
    await this.#engine?.stop();
    await this.#database.close();
    await registry.end(this.token, cause ? `replaced: ${cause.message}` : 'stopped');
    environment.events.emit('runner.stopped', {
      queue,
      token: this.token,
      ...(cause ? { error: cause } : {}),
    });
  }

  /** Gives back early what a broken connection left locked; its long runs may take hours more to end. */
  async #releaseLeftovers(engine: Engine): Promise<void> {
    const { registry, environment } = this.#options;
    try {
      await engine.untilQuiet();
      await registry.releaseLeftovers(this.token, this.runningJobIds());
    } catch (err) {
      environment.log.warn({ err }, 'leftovers will be released when the runner has ended');
    }
  }

  #toEngineTasks(): Record<string, Task> {
    return Object.fromEntries(
      [...this.#options.tasks].map(([name, task]) => [
        name,
        (payload, { job }) => this.#run(task, payload, job),
      ]),
    );
  }

  async #run(task: BoundTask<Services>, payload: unknown, job: Job): Promise<void> {
    const { queue, slots, registry, environment } = this.#options;
    const id = String(job.id);
    using _slot = await slots.acquire();
    const isSuspect = job.flags !== null && 'howdah_deaths' in job.flags;
    if (isSuspect) await registry.recordStart(id, this.token);
    this.#running.add(id);
    try {
      await runJob(task, toRunningJob(job, queue), payload, { ...environment, endSignal: this.#end.signal });
    } finally {
      this.#running.delete(id);
      if (isSuspect) await registry.clearStart(id, this.token);
    }
  }
}
