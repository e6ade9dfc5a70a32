import { setTimeout as delay } from 'node:timers/promises';
import type { Task } from 'graphile-worker';
import { type DatabaseHandle, openDatabase } from '../../db/connections/open-database.ts';
import { LOCK_NOT_AVAILABLE, sqlStateOf } from '../../db/sql-state.ts';
import { within } from '../../db/within.ts';
import { describeError } from '../../errors/describe-error.ts';
import type { BoundTask } from '../../tasks/bind.ts';
import { routesOf } from '../../tasks/routes-of.ts';
import { versionsOf } from '../../tasks/task-version.ts';
import { type Engine, startEngine } from '../engine/engine.ts';
import { RUNNER_SETTINGS } from '../engine/engine-settings.ts';
import type { Prefetch } from '../engine/prefetch.ts';
import { Tally } from '../engine/tally.ts';
import type { FleetMember } from '../fleet/fleet-member.ts';
import type { RegisteredRunner } from '../fleet/registry.ts';
import { createRunnerIdentity, enterSession } from '../fleet/runner-identity.ts';
import type { OverdueRuns } from '../run/overdue-runs.ts';
import type { SharedEnvironment } from '../run/run-job.ts';
import type { EndsBreaker } from './ends-breaker.ts';
import { JobsInHand } from './jobs-in-hand.ts';
import type { Slots } from './slots.ts';

/** Connections beside one a slot: one listens for new jobs, two fetch and end batches. */
const SPARE_CONNECTIONS = 3;

/**
 * Of which so many stay, that jobs need not wait for one: the first statements of a session take ten times as long as later ones,
 * until it knows tables and plans. The one that listens, one that fetches, two that end.
 */
const KEPT_CONNECTIONS = 4;

/** What an engine that is just beginning gets to do so when its runner stops. */
const START_PATIENCE_MS = 5_000;

/** When to try again to give back what a broken connection left, while somebody has the table of jobs locked. */
const LEFTOVERS_AGAIN_MS = 2_000;

export interface RunnerOptions<Services> {
  connectionString: string;
  queue: string;
  /** Runs at once; `slots` has as many places. */
  concurrency: number;
  slots: Slots;
  /** The queue's handlers in this process that ignore their signal. */
  overdue: OverdueRuns;
  /** Shared by the queue's runners in this process, as the slots are. */
  breaker: EndsBreaker;
  prefetch: Prefetch;
  /** Fires when the process stops. */
  stopping: AbortSignal;
  tasks: ReadonlyMap<string, BoundTask<Services>>;
  application?: string | undefined;
  /** This process in the fleet. */
  member: FleetMember;
  environment: SharedEnvironment<Services>;
}

/**
 * One queue's graphile-worker pool in this process, from its start to its end. It is never repaired: when something
 * about its connections went wrong it is replaced by a new one under a new token, so that what the old one may still
 * hold or send can be told from what the new one does.
 */
export class Runner<Services = unknown> {
  readonly jobs: JobsInHand<Services>;
  readonly #options: RunnerOptions<Services>;
  readonly #identity: RegisteredRunner;
  readonly #left = Promise.withResolvers<Error | undefined>();
  readonly #database: DatabaseHandle;
  readonly #tally = new Tally();
  #engine: Engine | undefined;
  #engineConcurrency: number | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #hasEnded = false;

  constructor(options: RunnerOptions<Services>) {
    const { connectionString, queue, concurrency, application, tasks } = options;
    this.#options = options;
    this.#identity = {
      ...createRunnerIdentity(),
      ...{ queue, concurrency, application },
      tasks: versionsOf([...tasks.values()].map(({ definition }) => definition)),
      routes: routesOf(tasks.values()),
    };
    this.#database = openDatabase({
      connectionString,
      applicationName: `howdah:${this.token}`,
      settings: RUNNER_SETTINGS,
      maxConnections: concurrency + SPARE_CONNECTIONS,
      keptConnections: KEPT_CONNECTIONS,
      onConnectionError: (error) => this.#left.resolve(error),
      onConnect: (client) => enterSession(client, this.#identity),
    });
    this.jobs = new JobsInHand({
      ...options,
      identity: this.#identity,
      database: this.#database,
      tally: this.#tally,
    });
  }

  /** Names it in the fleet. */
  get token(): string {
    return this.#identity.token;
  }

  /** For how many runs at once its engine was made; undefined while it has none. */
  get engineConcurrency(): number | undefined {
    return this.#engineConcurrency;
  }

  /** Resolves when it should take no more jobs: with undefined after stop(), with the cause when by itself. */
  get left(): Promise<Error | undefined> {
    return this.#left.promise;
  }

  /** Registered; and taking jobs, unless the queue is paused or its fleet concurrency is to be shared (`takeUp`). */
  start(): Promise<void> {
    this.#starting = this.#start();
    return this.#starting;
  }

  /**
   * Takes jobs for so many runs at once, at most its concurrency. Once only; when it fails, the runner leaves. Nothing for an
   * application without tasks, of which the engine would say twice a second that it cannot fetch.
   */
  async takeUp(concurrency: number): Promise<void> {
    if (this.#options.tasks.size === 0) return;
    this.#engineConcurrency = concurrency;
    this.#starting = this.#startEngine(concurrency);
    await this.#starting.catch((error: Error) => this.#left.resolve(error));
  }

  /** Takes no more jobs; resolves once its runs ended and it holds nothing. Safe to call twice. */
  stop(): Promise<void> {
    this.#left.resolve(undefined);
    this.jobs.leave();
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Cuts its connections: the database refuses them, or cannot be reached over them. */
  disconnect(): void {
    this.#database.disconnect();
  }

  async #start(): Promise<void> {
    const granted = await this.jobs.register();
    if (granted === null && this.#options.tasks.size > 0) await this.#startAtFull();
  }

  async #startAtFull(): Promise<void> {
    const { concurrency } = this.#options;
    this.#engineConcurrency = concurrency;
    await this.#startEngine(concurrency);
  }

  async #startEngine(concurrency: number): Promise<void> {
    const { queue, environment, breaker, prefetch, member } = this.#options;
    this.#engine = await startEngine({
      pool: this.#database.db,
      queue,
      concurrency,
      tasks: this.#toEngineTasks(),
      log: environment.log,
      writeEnds: (statement, ends) => this.jobs.endings.write(statement, ends),
      prefetch,
      tally: this.#tally,
      refusals: this.jobs.refusals,
      freePlaces: () => this.jobs.freePlaces,
      limitFetch: (size) => breaker.limitFetch(size),
      gates: this.jobs.gates,
      watchSilence: () => this.jobs.silence.watch(),
      onPool: (poolId) => this.jobs.namePool(poolId),
      listening: member.operators,
      onLeaving: (error) => this.#left.resolve(error),
    });
    environment.events.emit('runner.started', { queue, concurrency, token: this.token });
  }

  async #stop(): Promise<void> {
    const cause = await this.#left.promise;
    await this.#untilStarted();
    if (cause && this.#engine) void this.#releaseLeftovers(this.#engine);
    await this.jobs.letGo(this.#endEngine(), () => void this.#database.close(0));
    this.#hasEnded = true;
    const because = cause && `replaced: ${describeError(cause).message}`;
    if (because) await this.jobs.end({ as: 'replaced', because }, cause);
    else await this.jobs.end({ as: 'stopped', because: 'stopped' });
  }

  /** Or not: an engine that waits for somebody's lock as it begins is not waited for. Nothing of it is under way then. */
  async #untilStarted(): Promise<void> {
    const isOver = this.#starting?.then(
      () => true,
      () => true,
    );
    if (!isOver || (await within(START_PATIENCE_MS, isOver))) return;
    void isOver.then(() => this.#engine?.stop()); // should it have begun just then
    await this.#database.close(0);
  }

  /** The engine has ended, the ends of its runs are written, no connection is left. */
  async #endEngine(): Promise<void> {
    await this.#engine?.stop();
    await this.jobs.endings.untilWritten();
    await this.#database.close();
  }

  /** Gives back early what a broken connection left locked; its long runs may take hours more to end. */
  async #releaseLeftovers(engine: Engine): Promise<void> {
    const { member, environment } = this.#options;
    await engine.untilQuiet();
    while (!this.#hasEnded) {
      try {
        await member.releaseLeftovers(this.token, this.jobs.heldIds);
        return;
      } catch (err) {
        if (sqlStateOf(err) !== LOCK_NOT_AVAILABLE)
          return environment.log.warn({ err }, 'leftovers will be released when the runner has ended');
      }
      await delay(LEFTOVERS_AGAIN_MS, undefined, { ref: false });
    }
  }

  #toEngineTasks(): Record<string, Task> {
    return Object.fromEntries(
      [...this.#options.tasks].map(([name, task]) => [
        name,
        (payload, helpers) => this.jobs.run(task, payload, helpers),
      ]),
    );
  }
}
