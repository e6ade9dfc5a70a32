import { Prefetch } from '../engine/prefetch.ts';
import type { RunnerState } from '../fleet/member-messages.ts';
import type { BeatAnswer } from '../fleet/registry.ts';
import { JobLostError } from '../run/abort-reasons.ts';
import { OverdueRuns } from '../run/overdue-runs.ts';
import { EndsBreaker, type EndsTrouble, MAX_UNRECORDED_BEYOND_PLACES } from './ends-breaker.ts';
import { Restarts } from './restarts.ts';
import { Runner, type RunnerOptions } from './runner.ts';
import { Slots } from './slots.ts';

export interface ServedQueueOptions<Services>
  extends Omit<RunnerOptions<Services>, 'slots' | 'overdue' | 'breaker' | 'prefetch' | 'stopping'> {
  /** Given and taken by somebody else, who wants nothing fetched ahead. @default as many as its concurrency */
  places?: Slots | undefined;
}

/**
 * One queue in this process: keeps a runner at work and replaces one that left by itself. Runners that left stay until
 * their runs ended; all of them together keep the queue's concurrency. The runner's engine is made for this process's
 * share of the queue's fleet concurrency, where it has one; when that changes, another runner takes its place. While the
 * queue is paused, or the share is 0, the runner has no engine and only keeps in touch.
 */
export class ServedQueue<Services = unknown> {
  readonly #options: RunnerOptions<Services>;
  readonly #leaving = new Map<string, { runner: Runner<Services>; ended: Promise<void> }>();
  readonly #restarts = new Restarts();
  #current: Runner<Services> | undefined;
  #filling: Promise<void> | undefined;
  readonly #closing = new AbortController();

  constructor(options: ServedQueueOptions<Services>) {
    const { queue, concurrency, environment, places } = options;
    this.#options = {
      ...options,
      slots: places ?? new Slots(concurrency),
      overdue: new OverdueRuns(),
      breaker: new EndsBreaker({
        maxUnrecorded: concurrency + MAX_UNRECORDED_BEYOND_PLACES,
        onChange: (trouble) => environment.events.emit('queue.ends', { queue, ...trouble }),
      }),
      prefetch: new Prefetch(places ? 0 : concurrency),
      stopping: this.#closing.signal,
    };
  }

  /** What is known of ends of runs that cannot be written. */
  get trouble(): EndsTrouble {
    return this.#options.breaker.trouble;
  }

  get queue(): string {
    return this.#options.queue;
  }

  /** Whether jobs are taken, as they should be unless the queue is paused or others use up its fleet concurrency. */
  get isWorking(): boolean {
    return this.#current?.jobs.isRegistered === true;
  }

  /** Whether it takes jobs and runs none at this moment. */
  get isResting(): boolean {
    const runner = this.#current;
    return runner?.engineConcurrency !== undefined && runner.jobs.isIdle;
  }

  /**
   * How its runners are; the first tells of all handlers that were left behind, also by runners that are no more. One that
   * leaves says so when its successor is registered, lest the share of this process go to others in between.
   */
  states(): RunnerState[] {
    const isSucceeded = this.#isClosed || this.isWorking;
    return this.#runners()
      .flatMap((runner) => runner.jobs.state() ?? [])
      .map((state, place) => ({
        ...state,
        isLeaving: state.isLeaving && isSucceeded,
        abandoned: place === 0 ? state.abandoned : [],
      }));
  }

  /** The first runner at work. @throws what kept it from starting; later ones are tried until they start */
  async open(): Promise<void> {
    await this.#startRunner();
  }

  /** What the database answered to its runners' beats. */
  heed(answers: ReadonlyMap<string, BeatAnswer>): void {
    const { prefetch, member } = this.#options;
    if (member.roundTripMs !== undefined) prefetch.roundTrip(member.roundTripMs);
    for (const runner of this.#runners()) {
      const answer = answers.get(runner.token);
      if (!answer) continue;
      runner.jobs.gates.answered();
      runner.jobs.cancel(new Set(answer.cancelled));
      if (runner === this.#current) this.#adjust(runner, answer);
    }
  }

  /** The database retired this runner: its jobs are others' now. */
  lose(token: string, because: string): void {
    for (const runner of this.#runners().filter((each) => each.token === token)) {
      runner.jobs.abort(new JobLostError(because));
      runner.disconnect();
      this.#dismiss(runner);
    }
    this.#fill();
  }

  /** Everything that runs here is about to be given to others. */
  loseAll(because: string): void {
    for (const { token } of this.#runners()) this.lose(token, because);
  }

  abort(reason: Error): void {
    for (const runner of this.#runners()) runner.jobs.abort(reason);
  }

  /** Takes no more jobs; resolves once all runs ended. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#filling;
    this.#dismiss(this.#current);
    await Promise.all([...this.#leaving.values()].map(({ ended }) => ended));
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** An engine is made for so many runs at once and cannot change, so another number means another runner. */
  #adjust(runner: Runner<Services>, { isPaused, maxRunning, share }: BeatAnswer): void {
    const concurrency = isPaused ? 0 : Math.min(share ?? Number.POSITIVE_INFINITY, this.#options.concurrency);
    runner.jobs.setMaxRunning(maxRunning);
    if (runner.engineConcurrency === undefined) {
      if (concurrency > 0 && maxRunning !== 0) void runner.takeUp(concurrency);
    } else if (runner.engineConcurrency !== concurrency) {
      this.#dismiss(runner);
      this.#fill();
    }
  }

  #runners(): Runner<Services>[] {
    const leaving = [...this.#leaving.values()].map(({ runner }) => runner);
    return this.#current ? [this.#current, ...leaving] : leaving;
  }

  #fill(): void {
    this.#filling ??= this.#startUntilItWorks().finally(() => {
      this.#filling = undefined;
      if (!this.#current && !this.#isClosed) this.#fill(); // it left in this very moment
    });
  }

  async #startUntilItWorks(): Promise<void> {
    const { log } = this.#options.environment;
    for (;;) {
      await this.#restarts.turn(this.#closing.signal);
      if (this.#current || this.#isClosed) return;
      try {
        await this.#startRunner();
      } catch (err) {
        if (!this.#restarts.failed(err)) continue;
        log.warn({ err, queue: this.queue }, 'runner did not start, trying again and again');
      }
    }
  }

  async #startRunner(): Promise<void> {
    const runner = new Runner(this.#options);
    this.#current = runner;
    try {
      await runner.start();
    } catch (error) {
      this.#dismiss(runner);
      throw error;
    }
    this.#restarts.began();
    this.#options.member.beatNow();
    void runner.left.then((cause) => this.#replace(runner, cause));
  }

  #replace(runner: Runner<Services>, cause: Error | undefined): void {
    if (cause) this.#restarts.failed(cause);
    this.#dismiss(runner);
    this.#fill();
  }

  /** Has the runner end, at its own pace, beside its successor. */
  #dismiss(runner: Runner<Services> | undefined): void {
    if (!runner || this.#leaving.has(runner.token)) return;
    if (this.#current === runner) this.#current = undefined;
    const ended = this.#end(runner).finally(() => this.#leaving.delete(runner.token));
    this.#leaving.set(runner.token, { runner, ended });
  }

  async #end(runner: Runner<Services>): Promise<void> {
    try {
      await runner.stop();
    } catch (err) {
      this.#options.environment.log.warn({ err, queue: this.queue }, 'what the runner held will be rescued');
    }
    await this.#options.member.drop(runner.token);
  }
}
