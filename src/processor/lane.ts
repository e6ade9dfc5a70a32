import { setTimeout as delay } from 'node:timers/promises';
import { JobLostError } from './abort-reasons.ts';
import type { LivenessLocks } from './liveness-locks.ts';
import type { Beat } from './registry.ts';
import { Runner, type RunnerOptions } from './runner.ts';
import { Slots } from './slots.ts';

const RETRY_DELAY_MS = 250;

export type LaneOptions<Services> = Omit<RunnerOptions<Services>, 'slots'> & { locks: LivenessLocks };

/**
 * One queue in this process: keeps a runner at work, replaces one that left by itself, has none while the queue is
 * paused. Runners that left stay until their runs ended; all of them together keep the queue's concurrency.
 */
export class Lane<Services = unknown> {
  readonly #options: RunnerOptions<Services>;
  readonly #locks: LivenessLocks;
  readonly #leaving = new Map<string, { runner: Runner<Services>; ended: Promise<void> }>();
  #current: Runner<Services> | undefined;
  #filling: Promise<void> | undefined;
  #isPaused = false;
  #isClosed = false;

  constructor({ locks, ...options }: LaneOptions<Services>) {
    this.#locks = locks;
    this.#options = { ...options, slots: new Slots(options.concurrency) };
  }

  get queue(): string {
    return this.#options.queue;
  }

  /** Whether jobs are taken, as they should be unless the queue is paused. */
  get isWorking(): boolean {
    return this.#current !== undefined || this.#isPaused;
  }

  beats(): Beat[] {
    return this.#runners().map((runner) => ({ token: runner.token, running: runner.runningJobIds() }));
  }

  /** The first runner at work. @throws what kept it from starting; later ones are tried until they start */
  async open(): Promise<void> {
    await this.#startRunner();
  }

  setPaused(isPaused: boolean): void {
    if (this.#isPaused === isPaused) return;
    this.#isPaused = isPaused;
    if (isPaused) this.#dismiss(this.#current);
    else this.#fill();
  }

  /** The database retired this runner: its jobs are others' now. */
  lose(token: string, because: string): void {
    for (const runner of this.#runners().filter((each) => each.token === token)) {
      runner.abort(new JobLostError(because));
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
    for (const runner of this.#runners()) runner.abort(reason);
  }

  /** Takes no more jobs; resolves once all runs ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#filling;
    this.#dismiss(this.#current);
    await Promise.all([...this.#leaving.values()].map(({ ended }) => ended));
  }

  #runners(): Runner<Services>[] {
    const leaving = [...this.#leaving.values()].map(({ runner }) => runner);
    return this.#current ? [this.#current, ...leaving] : leaving;
  }

  #fill(): void {
    this.#filling ??= this.#startUntilItWorks().finally(() => {
      this.#filling = undefined;
    });
  }

  async #startUntilItWorks(): Promise<void> {
    while (!this.#current && !this.#isPaused && !this.#isClosed) {
      try {
        await this.#startRunner();
      } catch (err) {
        this.#options.environment.log.warn({ err, queue: this.queue }, 'runner did not start, trying again');
        await delay(RETRY_DELAY_MS);
      }
    }
  }

  async #startRunner(): Promise<void> {
    const runner = new Runner(this.#options);
    this.#current = runner;
    try {
      await this.#locks.hold(runner.token);
      await runner.start();
    } catch (error) {
      this.#dismiss(runner);
      throw error;
    }
    void runner.left.then(() => this.#dismiss(runner)).then(() => this.#fill());
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
    await this.#locks.drop(runner.token);
  }
}
