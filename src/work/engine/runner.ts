import type { JobHelpers, Task } from 'graphile-worker';
import { describeHoldersOf } from '../../db/migration/lock-holders.ts';
import { type DatabaseHandle, openDatabase } from '../../db/open-database.ts';
import type { CompletedRunEvent, RescuedTask } from '../../observability/events.ts';
import type { BoundTask } from '../../tasks/bind.ts';
import { versionsOf } from '../../tasks/task-version.ts';
import type { FleetMember } from '../fleet/fleet-member.ts';
import type { RunnerState } from '../fleet/member-messages.ts';
import { createRunnerIdentity, enterSession } from '../fleet/runner-identity.ts';
import { RunsBoard } from '../fleet/runs-board.ts';
import { ShutdownError } from '../run/abort-reasons.ts';
import type { OverdueRuns } from '../run/overdue-runs.ts';
import { runJob, type SharedEnvironment } from '../run/run-job.ts';
import { RunsUnderWay } from '../run/runs-under-way.ts';
import { timeLimitMs } from '../run/time-limit.ts';
import { toRun } from '../run/to-run.ts';
import { endInTime } from './end-in-time.ts';
import { Endings } from './endings.ts';
import type { EndsBreaker } from './ends-breaker.ts';
import { type Engine, startEngine } from './engine.ts';
import type { Prefetch } from './prefetch.ts';
import { recordStart } from './record-start.ts';
import { Refusals } from './refusals.ts';
import { Slots } from './slots.ts';
import { takePlaces } from './take-places.ts';

/** Connections beside one a slot: one listens for new jobs, two fetch and end batches. */
const SPARE_CONNECTIONS = 3;

const UNWRITTEN = 'the ends of runs were not written, their jobs will come back as ones that may have run';

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
  readonly board: RunsBoard;
  readonly #identity = createRunnerIdentity();
  readonly #options: RunnerOptions<Services>;
  readonly #runs: RunsUnderWay;
  /** Its part of the queue's fleet concurrency; no limit where the queue has none. */
  readonly #grants = new Slots(Number.POSITIVE_INFINITY);
  /** Fires when no further run may begin, not even of jobs that are fetched already. */
  readonly #leaving = new AbortController();
  readonly #left = Promise.withResolvers<Error | undefined>();
  readonly #database: DatabaseHandle;
  readonly #endings: Endings;
  readonly #refusals = new Refusals();
  #poolId = '';
  #isRegistered = false;
  #engine: Engine | undefined;
  #engineConcurrency: number | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: RunnerOptions<Services>) {
    this.#options = options;
    this.board = new RunsBoard(options.concurrency, [...options.tasks.keys()]);
    this.#runs = new RunsUnderWay(this.board);
    this.#database = openDatabase({
      connectionString: options.connectionString,
      applicationName: `howdah:${this.token}`,
      maxConnections: options.concurrency + SPARE_CONNECTIONS,
      onConnectionError: (error) => this.#left.resolve(error),
      onConnect: (client) => enterSession(client, this.#identity),
    });
    this.#endings = new Endings({
      ...options,
      pool: this.#database.db,
      poolId: () => this.#poolId,
      runs: this.#runs,
      events: options.environment.events,
      log: options.environment.log,
    });
  }

  /** Names it in the fleet. */
  get token(): string {
    return this.#identity.token;
  }

  /** What it has to say of itself in a heartbeat; undefined before it is registered. */
  state(): RunnerState | undefined {
    if (!this.#isRegistered) return undefined;
    const maxRunning = Math.max(this.#grants.limit, this.#grants.usedCount);
    return {
      token: this.token,
      maxRunning: Number.isFinite(maxRunning) ? maxRunning : null,
      isLeaving: this.#leaving.signal.aborted,
      unrecorded: this.#runs.unrecordedIds,
      trouble: this.#options.breaker.trouble.error?.message ?? null,
      isStalled: this.#options.breaker.isOpen,
      abandoned: [],
    };
  }

  /** Whether no run is under way. */
  get isIdle(): boolean {
    return this.#runs.runningIds.length === 0;
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

  /** Takes jobs for so many runs at once, at most its concurrency. Once only; when it fails, the runner leaves. */
  async takeUp(concurrency: number): Promise<void> {
    this.#engineConcurrency = concurrency;
    this.#starting = this.#startEngine(concurrency);
    await this.#starting.catch((error: Error) => this.#left.resolve(error));
  }

  /** At most so many runs at once from now on; null for no limit beside its concurrency. */
  setMaxRunning(maxRunning: number | null): void {
    if (!this.#leaving.signal.aborted) this.#grants.setLimit(maxRunning ?? Number.POSITIVE_INFINITY);
  }

  /** Takes no more jobs; resolves once its runs ended and it holds nothing. Safe to call twice. */
  stop(): Promise<void> {
    this.#left.resolve(undefined);
    this.#grants.setLimit(0);
    this.#leaving.abort(new ShutdownError());
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Fires the signal of every run with this reason. */
  abort(reason: Error): void {
    this.#runs.abort(reason);
  }

  /** Fires the signal of the runs of these jobs with a JobCancelledError; ids of other jobs do no harm. */
  cancel(jobIds: ReadonlySet<string>): void {
    this.#runs.cancel(jobIds);
  }

  /** Cuts its connections: the database refuses them, or cannot be reached over them. */
  disconnect(): void {
    this.#database.disconnect();
  }

  async #start(): Promise<void> {
    const { queue, concurrency, tasks, member, application } = this.#options;
    const granted = await member.register({
      ...this.#identity,
      ...{ queue, concurrency, application },
      tasks: versionsOf([...tasks.values()].map(({ definition }) => definition)),
    });
    this.setMaxRunning(granted);
    this.#isRegistered = true;
    if (granted !== null) return;
    this.#engineConcurrency = concurrency;
    await this.#startEngine(concurrency);
  }

  async #startEngine(concurrency: number): Promise<void> {
    const { queue, member, environment, breaker, prefetch, slots } = this.#options;
    this.#engine = await startEngine({
      pool: this.#database.db,
      queue,
      concurrency,
      tasks: this.#toEngineTasks(),
      log: environment.log,
      endings: this.#endings,
      breaker,
      prefetch,
      refusals: this.#refusals,
      freePlaces: () => Math.min(this.#grants.freeCount, slots.freeCount),
      onPool: (poolId) => {
        this.#poolId = poolId;
        return member.namePool(this.token, poolId);
      },
      onLeaving: (error) => this.#left.resolve(error),
    });
    environment.events.emit('runner.started', { queue, concurrency, token: this.token });
  }

  async #stop(): Promise<void> {
    const { queue, member, environment } = this.#options;
    const cause = await this.#left.promise;
    await this.#starting?.catch(() => {});
    if (cause && this.#engine) void this.#releaseLeftovers(this.#engine);
    await this.#letGo();
    let byTask: readonly RescuedTask[] = [];
    try {
      const end = cause
        ? ({ as: 'replaced', because: `replaced: ${cause.message}` } as const)
        : ({ as: 'stopped', because: 'stopped' } as const);
      const { runningIds: running, unrecordedIds: unrecorded } = this.#runs;
      byTask = (await member.end(this.token, end, { running, unrecorded })).byTask;
    } finally {
      this.#endings.forsake();
      environment.events.emit('runner.stopped', {
        queue,
        token: this.token,
        byTask,
        ...(cause ? { error: cause } : {}),
      });
    }
  }

  /** The engine has ended, the ends of its runs are written, no connection is left. In a process that stops, in time. */
  async #letGo(): Promise<void> {
    const { connectionString, queue, stopping, environment } = this.#options;
    let heldBy: string | undefined;
    const end = async () => {
      await this.#engine?.stop();
      await this.#endings.untilWritten();
      await this.#database.close();
    };
    await endInTime(end(), {
      stopping,
      isIdle: () => this.isIdle,
      giveUp: () => {
        this.#endings.giveUp();
        const told = describeHoldersOf(connectionString, this.#database.pids());
        void told.then((holders) => {
          heldBy = holders;
        });
      },
      cut: () => void this.#database.close(0),
    });
    const { unrecordedIds } = this.#runs;
    if (unrecordedIds.length === 0) return;
    environment.log.error({ queue, job_ids: unrecordedIds, ...(heldBy && { held_by: heldBy }) }, UNWRITTEN);
  }

  /** Gives back early what a broken connection left locked; its long runs may take hours more to end. */
  async #releaseLeftovers(engine: Engine): Promise<void> {
    const { member, environment } = this.#options;
    try {
      await engine.untilQuiet();
      await member.releaseLeftovers(this.token, this.#runs.heldIds);
    } catch (err) {
      environment.log.warn({ err }, 'leftovers will be released when the runner has ended');
    }
  }

  #toEngineTasks(): Record<string, Task> {
    return Object.fromEntries(
      [...this.#options.tasks].map(([name, task]) => [
        name,
        (payload, helpers) => this.#run(task, payload, helpers),
      ]),
    );
  }

  async #run(task: BoundTask<Services>, payload: unknown, helpers: JobHelpers): Promise<void> {
    const { environment, prefetch } = this.#options;
    const held = this.#runs.hold(String(helpers.job.id), helpers.job.locked_at ?? new Date());
    let completed: CompletedRunEvent | undefined;
    try {
      const { signal: leaving } = this.#leaving;
      using _places = await takePlaces({ ...this.#options, grants: this.#grants }, leaving);
      await using _record = await recordStart(helpers.job, { ...this.#options, token: this.token, leaving });
      const run = toRun(this.#options, payload, helpers);
      const signals = this.#runs.begin(held, run.job.task, timeLimitMs(task.definition, run.job));
      using _timed = prefetch.timeRun();
      completed = await runJob(task, run, { ...environment, ...signals, overdue: this.#options.overdue });
    } catch (error) {
      this.#refusals.heed(error);
      throw error;
    } finally {
      this.#runs.end(held, completed);
    }
  }
}
