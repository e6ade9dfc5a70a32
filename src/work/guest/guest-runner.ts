import type { QueryConfig } from 'pg';
import type { DatabaseHandle } from '../../db/connections/open-database.ts';
import type { BoundTask } from '../../tasks/bind.ts';
import { isFetch, readEnds, withoutRefused, withoutTasks } from '../engine/engine-statement.ts';
import { FleetMember } from '../fleet/fleet-member.ts';
import { gatesOf } from '../fleet/gate-states.ts';
import type { BeatAnswer, RegisteredRunner, RunnerEnd } from '../fleet/registry.ts';
import { watchGates } from '../fleet/watch-gates.ts';
import { JobLostError } from '../run/abort-reasons.ts';
import { OverdueRuns } from '../run/overdue-runs.ts';
import type { SharedEnvironment } from '../run/run-job.ts';
import type { Endings } from '../runner/endings.ts';
import { EndsBreaker, MAX_UNRECORDED_BEYOND_PLACES } from '../runner/ends-breaker.ts';
import { JobsInHand } from '../runner/jobs-in-hand.ts';
import type { Schedule } from '../schedules/crontab.ts';
import { Scheduler } from '../schedules/scheduler.ts';
import { Upkeep } from '../upkeep/upkeep.ts';
import { type UpkeepSettings, upkeepKinds } from '../upkeep/upkeep-kinds.ts';

export interface GuestRunnerOptions<Services> {
  connectionString: string;
  /** Its sessions are the runner's. */
  database: DatabaseHandle;
  identity: RegisteredRunner;
  /** By name. */
  tasks: ReadonlyMap<string, BoundTask<Services>>;
  /** Of all queues. */
  schedules: readonly Schedule[];
  upkeep: UpkeepSettings;
  environment: SharedEnvironment<Services>;
  /** The database retired the runner, or it was cut off: its jobs are others' now, and it may not go on. */
  onLost: (because: string) => void;
}

/**
 * A runner whose engine somebody else made, as the stock command line does: in the fleet's register, with a session
 * that shows its life and a heartbeat, rescuing others and rescued by them. The engine's connections carry name and secret
 * as settings. When it is lost it is not replaced: its process should end.
 */
export class GuestRunner<Services> {
  readonly jobs: JobsInHand<Services>;
  readonly #options: GuestRunnerOptions<Services>;
  readonly #member: FleetMember;
  readonly #scheduler: Scheduler;
  readonly #upkeep: Upkeep;
  readonly #breaker: EndsBreaker;
  #isLost = false;
  #lettingGo: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: GuestRunnerOptions<Services>) {
    const { connectionString, identity, schedules, upkeep, environment } = options;
    const { events, log } = environment;
    const { queue } = identity;
    this.#options = options;
    this.#member = new FleetMember({
      connectionString,
      kind: 'graphile-worker',
      events,
      log,
      states: () => [this.jobs.state()].filter((state) => state !== undefined),
      onAnswer: (_, answers) => this.#heed(answers),
      onCutOff: () => this.#lose('cut off from the database'),
    });
    this.#breaker = new EndsBreaker({
      maxUnrecorded: identity.concurrency + MAX_UNRECORDED_BEYOND_PLACES,
      onChange: (trouble) => events.emit('queue.ends', { queue, ...trouble }),
    });
    this.jobs = new JobsInHand({
      ...options,
      member: this.#member,
      breaker: this.#breaker,
      overdue: new OverdueRuns(),
    });
    this.#scheduler = new Scheduler({ connectionString, queues: [queue], schedules, log });
    this.#upkeep = new Upkeep({ connectionString, kinds: upkeepKinds(upkeep), log });
  }

  /** In the register, so that it may fetch; the jobs it takes are locked under the pool's id. */
  async open(poolId: string): Promise<void> {
    const { identity, environment, tasks } = this.#options;
    const { token, queue, concurrency } = identity;
    await this.#member.open();
    await this.jobs.register();
    await this.jobs.namePool(poolId);
    await this.#member.start();
    const onChange = () => this.#member.beatNow();
    watchGates(gatesOf(tasks), { events: environment.events, onChange });
    environment.events.emit('runner.started', { queue, concurrency, token });
  }

  /** Enqueues what its queue's schedules say and takes its turns at upkeep, until it leaves. */
  startByTheClock(): void {
    if (this.jobs.isLeaving) return;
    this.#scheduler.start();
    this.#upkeep.start();
  }

  /**
   * What stands in for one of the engine's statements: ends are written by Endings, nothing is fetched while they cannot be,
   * and what was refused is left to who takes it.
   */
  answer(statement: QueryConfig): ReturnType<Endings['write']> | undefined {
    const ends = readEnds(statement);
    if (ends) return this.jobs.endings.write(statement, ends);
    return isFetch(statement) ? this.#fetch(statement) : undefined;
  }

  /**
   * Resolves when the engine has ended and the ends of its runs are written, or some seconds after the last run: a lock that
   * keeps an end from being written would keep the engine from its end as well. Safe to call twice.
   *
   * @param endEngine called once it begins no further run. @default it has ended
   */
  letGo(endEngine: () => unknown = async () => {}): Promise<void> {
    this.leave();
    const end = async () => {
      await endEngine();
      await this.jobs.endings.untilWritten();
    };
    this.#lettingGo ??= this.jobs.letGo(end(), () => this.#options.database.disconnect());
    return this.#lettingGo;
  }

  /** No further run begins, not even of jobs that are fetched already: they go back to their queue. */
  leave(): void {
    this.jobs.leave();
    void this.#scheduler.stop();
    void this.#upkeep.stop();
  }

  /** Out of the register, with whatever it still held given back. Call it when its pool has ended. Safe to call twice. */
  close(): Promise<void> {
    this.leave();
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { identity, environment } = this.#options;
    await Promise.all([this.#scheduler.stop(), this.#upkeep.stop()]);
    const end: RunnerEnd = this.#isLost
      ? { as: 'left', because: 'its worker left' }
      : { as: 'stopped', because: 'stopped' };
    await this.jobs.end(end).catch((err: unknown) => {
      environment.log.warn({ err, queue: identity.queue }, 'what the runner held will be rescued');
    });
    await this.#member.stop();
  }

  #fetch(statement: QueryConfig): ReturnType<Endings['write']> | undefined {
    if (this.#breaker.limitFetch(1) === 0 || this.jobs.gates.areAllShut) return Promise.resolve({ rows: [] });
    const { refusals, gates } = this.jobs;
    const asked = withoutTasks(withoutRefused(statement, refusals.versions), gates.shutTasks);
    return this.#ask(asked);
  }

  async #ask(fetch: QueryConfig): ReturnType<Endings['write']> {
    using _silence = this.jobs.silence.watch();
    return await this.#options.database.db.query(fetch);
  }

  #heed(answers: readonly BeatAnswer[]): void {
    const answer = answers.find(({ token }) => token === this.#options.identity.token);
    if (answer) {
      this.jobs.gates.answered();
      this.jobs.setMaxRunning(answer.maxRunning);
      this.jobs.cancel(new Set(answer.cancelled));
    } else {
      this.#lose('the database retired this runner');
    }
  }

  #lose(because: string): void {
    if (this.#isLost || this.#closing) return;
    this.#isLost = true;
    this.jobs.abort(new JobLostError(because));
    this.#options.onLost(because);
  }
}
