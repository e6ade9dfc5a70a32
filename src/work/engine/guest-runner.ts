import type { JobHelpers } from 'graphile-worker';
import type { Pool, QueryConfig } from 'pg';
import { cutConnections } from '../../db/discard.ts';
import type { CompletedRunEvent, RescuedTask } from '../../observability/events.ts';
import type { BoundTask } from '../../tasks/bind.ts';
import { FleetMember } from '../fleet/fleet-member.ts';
import type { RunnerState } from '../fleet/member-messages.ts';
import type { BeatAnswer, RegisteredRunner } from '../fleet/registry.ts';
import { RunsBoard } from '../fleet/runs-board.ts';
import { JobLostError, ShutdownError } from '../run/abort-reasons.ts';
import { OverdueRuns } from '../run/overdue-runs.ts';
import { runJob, type SharedEnvironment } from '../run/run-job.ts';
import { RunsUnderWay } from '../run/runs-under-way.ts';
import { timeLimitMs } from '../run/time-limit.ts';
import { toRun } from '../run/to-run.ts';
import type { Schedule } from '../schedules/crontab.ts';
import { Scheduler } from '../schedules/scheduler.ts';
import { Upkeep } from '../upkeep/upkeep.ts';
import { type UpkeepSettings, upkeepKinds } from '../upkeep/upkeep-kinds.ts';
import { endInTime } from './end-in-time.ts';
import { Endings } from './endings.ts';
import { EndsBreaker, MAX_UNRECORDED_BEYOND_PLACES } from './ends-breaker.ts';
import { isFetch, readEnds } from './engine-statement.ts';
import { recordStart } from './record-start.ts';
import { Slots } from './slots.ts';
import { takePlaces } from './take-places.ts';

export interface GuestRunnerOptions<Services> {
  connectionString: string;
  /** The one whose sessions are the runner's. */
  pool: Pool;
  identity: RegisteredRunner;
  /** Of all queues. */
  schedules: readonly Schedule[];
  upkeep: UpkeepSettings;
  environment: SharedEnvironment<Services>;
  /** The database retired the runner, or it was cut off: its jobs are others' now, and it may not go on. */
  onLost: (because: string) => void;
}

/**
 * A runner whose pool somebody else made, as the stock command line does: in the fleet's register, with a session
 * that shows its life and a heartbeat, rescuing others and rescued by them. The pool's connections carry name and secret as
 * settings. When it is lost it is not replaced: its process should end.
 */
export class GuestRunner<Services> {
  readonly #options: GuestRunnerOptions<Services>;
  readonly #board: RunsBoard;
  readonly #runs: RunsUnderWay;
  readonly #overdue = new OverdueRuns();
  readonly #grants = new Slots(Number.POSITIVE_INFINITY);
  readonly #leaving = new AbortController();
  readonly #member: FleetMember;
  readonly #scheduler: Scheduler;
  readonly #upkeep: Upkeep;
  readonly #breaker: EndsBreaker;
  readonly #endings: Endings;
  #poolId = '';
  #isLost = false;
  #closing: Promise<void> | undefined;

  constructor(options: GuestRunnerOptions<Services>) {
    const { connectionString, identity, schedules, upkeep, environment } = options;
    const { events, log } = environment;
    this.#options = options;
    this.#board = new RunsBoard(identity.concurrency, Object.keys(identity.tasks));
    this.#runs = new RunsUnderWay(this.#board);
    this.#member = new FleetMember({
      connectionString,
      kind: 'graphile-worker',
      events,
      log,
      states: () => [this.#state()],
      onAnswer: (_, answers) => this.#heed(answers),
      onCutOff: () => this.#lose('cut off from the database'),
    });
    const { queue } = identity;
    this.#breaker = new EndsBreaker({
      maxUnrecorded: identity.concurrency + MAX_UNRECORDED_BEYOND_PLACES,
      onChange: (trouble) => events.emit('queue.ends', { queue, ...trouble }),
    });
    this.#endings = new Endings({
      ...options,
      queue,
      events,
      log,
      poolId: () => this.#poolId,
      runs: this.#runs,
      breaker: this.#breaker,
      stopping: this.#leaving.signal,
    });
    const queues = [queue];
    this.#scheduler = new Scheduler({ connectionString, queues, schedules, log });
    this.#upkeep = new Upkeep({ connectionString, kinds: upkeepKinds(upkeep), log });
  }

  /** In the register, so that it may fetch; the jobs it takes are locked under the pool's id. */
  async open(poolId: string): Promise<void> {
    const { identity, environment } = this.#options;
    const { token, queue, concurrency } = identity;
    this.#poolId = poolId;
    await this.#member.open();
    await this.#member.hold(token, this.#board);
    this.#limit(await this.#member.register(identity));
    await this.#member.namePool(token, poolId);
    await this.#member.start();
    environment.events.emit('runner.started', { queue, concurrency, token });
  }

  /** Enqueues what its queue's schedules say and takes its turns at upkeep, until it leaves. */
  startByTheClock(): void {
    if (this.#leaving.signal.aborted) return;
    this.#scheduler.start();
    this.#upkeep.start();
  }

  /** One run, as the processor's own runners do it. */
  async run(task: BoundTask<Services>, payload: unknown, helpers: JobHelpers): Promise<void> {
    const { identity, environment } = this.#options;
    const id = String(helpers.job.id);
    const held = this.#runs.hold(id, helpers.job.locked_at ?? new Date());
    let completed: CompletedRunEvent | undefined;
    try {
      using _place = await takePlaces({ grants: this.#grants, breaker: this.#breaker }, this.#leaving.signal);
      await using _record = await recordStart(helpers.job, {
        member: this.#member,
        token: identity.token,
        environment,
        leaving: this.#leaving.signal,
      });
      const run = toRun(
        { queue: identity.queue, connectionString: this.#options.connectionString },
        payload,
        helpers,
      );
      const signals = this.#runs.begin(held, run.job.task, timeLimitMs(task.definition, run.job));
      completed = await runJob(task, run, { ...environment, ...signals, overdue: this.#overdue });
    } finally {
      this.#runs.end(held, completed);
    }
  }

  /** What stands in for one of the engine's statements: ends are written by Endings, and nothing is fetched while they cannot be. */
  answer(statement: QueryConfig): ReturnType<Endings['write']> | undefined {
    const ends = readEnds(statement);
    if (ends) return this.#endings.write(statement, ends);
    return isFetch(statement) && this.#breaker.limitFetch(1) === 0
      ? Promise.resolve({ rows: [] })
      : undefined;
  }

  /** Resolves when the ends of its runs are written, or after some seconds. Call it while the pool is open. */
  untilWritten(): Promise<void> {
    this.leave();
    return endInTime(this.#endings.untilWritten(), {
      stopping: this.#leaving.signal,
      isIdle: () => this.#runs.runningIds.length === 0,
      giveUp: () => this.#endings.giveUp(),
      cut: () => cutConnections(this.#options.pool),
    });
  }

  /** No further run begins, not even of jobs that are fetched already: they go back to their queue. */
  leave(): void {
    this.#leaving.abort(new ShutdownError());
    void this.#scheduler.stop();
    void this.#upkeep.stop();
  }

  /** Fires the signal of every run with this reason. */
  abort(reason: Error): void {
    this.#runs.abort(reason);
  }

  /** Out of the register, with whatever it still held given back. Call it when its pool has ended. Safe to call twice. */
  close(): Promise<void> {
    this.leave();
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { identity, environment } = this.#options;
    const { token, queue } = identity;
    await Promise.all([this.#scheduler.stop(), this.#upkeep.stop()]);
    const end = this.#isLost
      ? ({ as: 'left', because: 'its worker left' } as const)
      : ({ as: 'stopped', because: 'stopped' } as const);
    let byTask: readonly RescuedTask[] = [];
    try {
      const { runningIds: running, unrecordedIds: unrecorded } = this.#runs;
      byTask = (await this.#member.end(token, end, { running, unrecorded })).byTask;
    } catch (err) {
      environment.log.warn({ err, queue }, 'what the runner held will be rescued');
    }
    await this.#member.stop();
    this.#endings.forsake();
    environment.events.emit('runner.stopped', { queue, token, byTask });
  }

  #state(): RunnerState {
    const maxRunning = Math.max(this.#grants.limit, this.#grants.usedCount);
    return {
      token: this.#options.identity.token,
      maxRunning: Number.isFinite(maxRunning) ? maxRunning : null,
      isLeaving: this.#leaving.signal.aborted,
      unrecorded: this.#runs.unrecordedIds,
      trouble: this.#breaker.trouble.error?.message ?? null,
      isStalled: this.#breaker.isOpen,
      abandoned: this.#overdue.jobIds,
    };
  }

  #heed(answers: readonly BeatAnswer[]): void {
    const answer = answers.find(({ token }) => token === this.#options.identity.token);
    if (answer) {
      this.#limit(answer.maxRunning);
      this.#runs.cancel(new Set(answer.cancelled));
    } else {
      this.#lose('the database retired this runner');
    }
  }

  #limit(maxRunning: number | null): void {
    this.#grants.setLimit(maxRunning ?? Number.POSITIVE_INFINITY);
  }

  #lose(because: string): void {
    if (this.#isLost || this.#closing) return;
    this.#isLost = true;
    this.#runs.abort(new JobLostError(because));
    this.#options.onLost(because);
  }
}
