import type { JobHelpers } from 'graphile-worker';
import type { DatabaseHandle } from '../../db/connections/open-database.ts';
import type { CompletedRunEvent, RescuedTask } from '../../observability/events.ts';
import type { BoundTask } from '../../tasks/bind.ts';
import { forgetRun } from '../engine/fetched-rows.ts';
import type { Prefetch } from '../engine/prefetch.ts';
import { Refusals } from '../engine/refusals.ts';
import type { Tally } from '../engine/tally.ts';
import type { FleetMember } from '../fleet/fleet-member.ts';
import type { RunnerState } from '../fleet/member-messages.ts';
import type { RegisteredRunner, RunnerEnd } from '../fleet/registry.ts';
import { RunsBoard } from '../fleet/runs-board.ts';
import { ShutdownError } from '../run/abort-reasons.ts';
import type { OverdueRuns } from '../run/overdue-runs.ts';
import { ResultReports } from '../run/result-reports.ts';
import { type RunEnvironment, runJob, type SharedEnvironment } from '../run/run-job.ts';
import type { RunVoice } from '../run/run-store.ts';
import { type HeldRun, type RunReport, RunsUnderWay } from '../run/runs-under-way.ts';
import { timeLimitMs } from '../run/time-limit.ts';
import { toRun } from '../run/to-run.ts';
import { reportOf } from '../run/verdict.ts';
import { endInTime } from './end-in-time.ts';
import { Endings } from './endings.ts';
import type { EndsBreaker } from './ends-breaker.ts';
import { Gates } from './gates.ts';
import { isSuspect, recordStart } from './record-start.ts';
import { Silence } from './silence.ts';
import { Slots } from './slots.ts';
import { type Places, TakenPlaces, takePlaces } from './take-places.ts';

const UNWRITTEN = 'the ends of runs were not written, their jobs will come back as ones that may have run';

export interface JobsInHandOptions<Services> {
  connectionString: string;
  identity: RegisteredRunner;
  /** The runner's connections. */
  database: DatabaseHandle;
  /** This process in the fleet. */
  member: FleetMember;
  /** By name. */
  tasks: ReadonlyMap<string, BoundTask<Services>>;
  /** The queue's places in this process. @default the runner alone has the queue there */
  slots?: Slots;
  breaker: EndsBreaker;
  /** The queue's handlers in this process that ignore their signal. */
  overdue: OverdueRuns;
  /** Of its own engine, whose rows nobody else reads. @default the engine is somebody else's */
  tally?: Tally;
  /** Told how long runs take. @default nothing is fetched ahead of them */
  prefetch?: Prefetch;
  /** Fires when the process stops. @default when the runner leaves */
  stopping?: AbortSignal;
  environment: SharedEnvironment<Services>;
}

/**
 * The jobs in a runner's hands, from when it is in the register until it is out of it: how many may begin, each run from
 * the place it takes until its end is written, and what is said of them in a heartbeat and at the end.
 *
 * All that a runner with a pool of its own (Runner) and one in somebody else's (GuestRunner) do alike, down to the order
 * in which they end: no further run begins; the ends of runs are written, or left; retired, then released. Theirs is what
 * differs: who makes the engine and ends it, and who takes over when the runner is lost.
 */
export class JobsInHand<Services> {
  readonly #options: JobsInHandOptions<Services>;
  readonly #board: RunsBoard;
  readonly #runs: RunsUnderWay;
  /** The runner's part of its queue's fleet concurrency; no limit where the queue has none. */
  readonly #grants = new Slots(Number.POSITIVE_INFINITY);
  /** Fires when no further run may begin, not even of jobs that are fetched already. */
  readonly #leaving = new AbortController();
  readonly #stopping: AbortSignal;
  /** Jobs that a fetch is to leave to others. */
  readonly refusals = new Refusals();
  readonly endings: Endings;
  readonly gates: Gates;
  readonly silence: Silence;
  readonly #places: Places;
  readonly #environment: RunEnvironment<Services>;
  #voice: RunVoice | undefined;
  #poolId = '';
  #isRegistered = false;

  constructor(options: JobsInHandOptions<Services>) {
    const { identity, database, breaker, environment, slots, overdue, tasks } = options;
    const { stopping = this.#leaving.signal } = options;
    this.#options = options;
    this.gates = new Gates(tasks);
    this.#stopping = stopping;
    this.#board = new RunsBoard(identity.concurrency, Object.keys(identity.tasks));
    this.#runs = new RunsUnderWay(this.#board);
    this.#places = { grants: this.#grants, breaker, ...(slots && { slots }) };
    this.#environment = { ...environment, overdue, hurrySignal: this.#runs.hurrySignal };
    const { queue } = identity;
    this.silence = new Silence({ ...options, queue, log: environment.log });
    this.endings = new Endings({
      pool: database.db,
      queue,
      poolId: () => this.#poolId,
      runs: this.#runs,
      breaker,
      silence: this.silence,
      stopping,
      events: environment.events,
      log: environment.log,
    });
  }

  /** Shown to be alive, then in the register. @returns how many runs there may be at once; null for its concurrency */
  async register(): Promise<number | null> {
    const { identity, member } = this.#options;
    await member.hold(identity.token, this.#board);
    const granted = await member.register(identity);
    this.setMaxRunning(granted);
    this.#isRegistered = true;
    return granted;
  }

  /** Jobs will be locked under this name; none may be fetched before it resolves. */
  namePool(poolId: string): Promise<void> {
    const { identity, member } = this.#options;
    this.#poolId = poolId;
    return member.namePool(identity.token, poolId);
  }

  /** At most so many runs at once from now on; null for no limit beside its concurrency. Nothing once it leaves. */
  setMaxRunning(maxRunning: number | null): void {
    if (!this.isLeaving) this.#grants.setLimit(maxRunning ?? Number.POSITIVE_INFINITY);
  }

  get isRegistered(): boolean {
    return this.#isRegistered;
  }

  /** What the runner has to say of itself in a heartbeat, for which it is asked; undefined before it is registered. */
  state(): RunnerState | undefined {
    const { identity, breaker, overdue } = this.#options;
    if (!this.#isRegistered) return undefined;
    const maxRunning = Math.max(this.#grants.limit, this.#grants.usedCount);
    return {
      token: identity.token,
      maxRunning: Number.isFinite(maxRunning) ? maxRunning : null,
      isLeaving: this.isLeaving,
      unrecorded: this.#runs.unrecordedIds,
      trouble: breaker.because,
      isStalled: breaker.isOpen,
      abandoned: overdue.jobIds,
      gates: this.gates.say(),
    };
  }

  /** Runs that may begin now. */
  get freePlaces(): number {
    return Math.min(this.#grants.freeCount, this.#options.slots?.freeCount ?? Number.POSITIVE_INFINITY);
  }

  /** Every job in its hands, be it that its run has not begun or is over. */
  get heldIds(): string[] {
    return this.#runs.heldIds;
  }

  /** Whether no run is under way. */
  get isIdle(): boolean {
    return this.#runs.runningIds.length === 0;
  }

  get isLeaving(): boolean {
    return this.#leaving.signal.aborted;
  }

  /** One run, from the place it takes. @throws {VerdictError} what the engine is to store, unless the job is completed */
  async run(task: BoundTask<Services>, payload: unknown, helpers: JobHelpers): Promise<void> {
    const { job } = helpers;
    const held = this.#runs.hold(String(job.id), job.locked_at ?? new Date());
    this.#options.tally?.handedOver();
    let report: RunReport | undefined;
    let taken: TakenPlaces | undefined;
    try {
      const places = takePlaces(this.#places, this.#leaving.signal);
      taken = places instanceof TakenPlaces ? places : await places;
      report = await (isSuspect(job)
        ? this.#asSuspect(held, task, payload, helpers)
        : this.#begin(held, task, payload, helpers));
    } catch (error) {
      this.refusals.heed(error);
      report = reportOf(error);
      throw error;
    } finally {
      taken?.free();
      this.#runs.end(held, report);
      if (this.#options.tally) forgetRun(job);
      if (held.begunAt > 0) {
        task.gate?.left();
        this.#options.prefetch?.ran(report?.durationMs ?? performance.now() - held.begunAt);
      }
    }
  }

  /** Fires the signal of every run with this reason. */
  abort(reason: Error): void {
    this.#runs.abort(reason);
  }

  /** Fires the signal of the runs of these jobs with a JobCancelledError; ids of other jobs do no harm. */
  cancel(jobIds: ReadonlySet<string>): void {
    this.#runs.cancel(jobIds);
  }

  /** No further run begins, not even of jobs that are fetched already: they go back to their queue. */
  leave(): void {
    this.#grants.setLimit(0);
    this.#leaving.abort(new ShutdownError());
  }

  /**
   * Resolves when `ending` does, which is to wait for what is owed to the database (`endings.untilWritten`). In a process
   * that stops, in time (end-in-time.ts): what is not written by then is left to the register, and told in the log.
   *
   * @param cut has statements under way fail; it may be called more than once
   */
  async letGo(ending: Promise<void>, cut: () => void): Promise<void> {
    const { identity, environment } = this.#options;
    await endInTime(ending, {
      stopping: this.#stopping,
      isIdle: () => this.isIdle,
      giveUp: () => {
        this.endings.giveUp();
        void this.silence.look();
      },
      cut,
    });
    const { unrecordedIds } = this.#runs;
    if (unrecordedIds.length === 0) return;
    environment.log.error({ queue: identity.queue, job_ids: unrecordedIds, ...this.silence.held }, UNWRITTEN);
  }

  /**
   * Out of the register, with whatever is still held given back. Once nothing of the runner's is under way.
   *
   * @param cause what made it end by itself
   * @throws what kept the database from it; others will rescue the jobs then
   */
  async end(end: RunnerEnd, cause?: Error): Promise<void> {
    const { identity, member, environment, tally } = this.#options;
    const { token, queue } = identity;
    let byTask: readonly RescuedTask[] = [];
    try {
      const { runningIds: running, unrecordedIds: unrecorded, heldIds } = this.#runs;
      const held = tally?.isEven ? heldIds : undefined;
      byTask = (await member.end(token, end, { running, unrecorded, held })).byTask;
    } finally {
      this.endings.forsake();
      environment.events.emit('runner.stopped', { queue, token, byTask, ...(cause && { error: cause }) });
    }
  }

  #begin(
    held: HeldRun,
    task: BoundTask<Services>,
    payload: unknown,
    helpers: JobHelpers,
  ): Promise<CompletedRunEvent> {
    const passing = task.gate && this.gates.pass(task.gate, this.#leaving.signal);
    if (!passing) return this.#perform(held, task, payload, helpers);
    return passing.then(() => this.#perform(held, task, payload, helpers));
  }

  #perform(
    held: HeldRun,
    task: BoundTask<Services>,
    payload: unknown,
    { job, query }: JobHelpers,
  ): Promise<CompletedRunEvent> {
    this.#voice ??= this.#createVoice(query);
    const run = toRun(job, payload, this.#voice);
    const endSignal = this.#runs.begin(held, run.job.task, timeLimitMs(task, run.job));
    return runJob(task, { ...run, endSignal }, this.#environment);
  }

  #createVoice(query: RunVoice['query']): RunVoice {
    const { identity, connectionString } = this.#options;
    const place = { queue: identity.queue, connectionString };
    const carry: RunVoice['carry'] = (...carried) => this.#runs.carry(...carried);
    return { ...place, query, carry, results: new ResultReports(query) };
  }

  async #asSuspect(
    held: HeldRun,
    task: BoundTask<Services>,
    payload: unknown,
    helpers: JobHelpers,
  ): Promise<CompletedRunEvent> {
    const { identity, member, environment } = this.#options;
    const { signal: leaving } = this.#leaving;
    const { job } = helpers;
    await using _record = await recordStart(job, { member, environment, token: identity.token, leaving });
    return await this.#begin(held, task, payload, helpers);
  }
}
