import type { JobHelpers } from 'graphile-worker';
import { openPool, type PoolHandle } from '../../db/open-pool.ts';
import type { BoundTask } from '../bind.ts';
import { Heart } from '../fleet/heart.ts';
import { LivenessLocks } from '../fleet/liveness-locks.ts';
import { type Beat, type BeatAnswer, type RegisteredRunner, Registry } from '../fleet/registry.ts';
import { JobLostError, ShutdownError } from '../run/abort-reasons.ts';
import { type RunEnvironment, runJob } from '../run/run-job.ts';
import { RunsUnderWay } from '../run/runs-under-way.ts';
import { toRun } from '../run/to-run.ts';
import { VerdictError } from '../run/verdict.ts';
import { Slots } from './slots.ts';

/** As in the processor: a register that answers slower than this may be out of reach. */
const REGISTRY_TIMEOUT_MS = 3_000;

export interface GuestRunnerOptions<Services> {
  connectionString: string;
  identity: RegisteredRunner;
  environment: Omit<RunEnvironment<Services>, 'endSignal'>;
  /** The database retired the runner, or it was cut off: its jobs are others' now, and it may not go on. */
  onLost: (because: string) => void;
}

/**
 * A runner whose pool somebody else made, as the stock command line does: in the fleet's register, with a liveness lock
 * and a heartbeat, rescuing others and rescued by them. The pool's connections carry `howdah:<token>`. When it is lost
 * it is not replaced: its process should end.
 */
export class GuestRunner<Services> {
  readonly #options: GuestRunnerOptions<Services>;
  readonly #runs = new RunsUnderWay();
  readonly #grants = new Slots(Number.POSITIVE_INFINITY);
  readonly #leaving = new AbortController();
  readonly #control: PoolHandle;
  readonly #registry: Registry;
  readonly #locks: LivenessLocks;
  readonly #heart: Heart;
  #isLost = false;
  #closing: Promise<void> | undefined;

  constructor(options: GuestRunnerOptions<Services>) {
    const { connectionString, environment } = options;
    const { events, log } = environment;
    this.#options = options;
    this.#control = openPool({
      connectionString,
      applicationName: 'howdah control',
      maxConnections: 3,
      timeoutMs: REGISTRY_TIMEOUT_MS,
      onConnectionError: (err) => log.warn({ err }, 'control connection lost'),
    });
    this.#registry = new Registry(this.#control.pool, 'graphile-worker');
    this.#locks = new LivenessLocks({ connectionString, log, onControl: () => this.#heart.beatNow() });
    this.#heart = new Heart({
      registry: this.#registry,
      events,
      log,
      beats: () => [this.#beat()],
      onAnswer: (_, answers) => this.#heed(answers),
      onCutOff: () => this.#lose('cut off from the database'),
    });
  }

  /** In the register, so that it may fetch; the jobs it takes are locked under the pool's id. */
  async open(poolId: string): Promise<void> {
    const { identity, environment } = this.#options;
    const { token, queue, concurrency } = identity;
    await this.#locks.open();
    await this.#locks.hold(token);
    this.#limit(await this.#registry.register(identity));
    await this.#registry.namePool(token, poolId);
    this.#heart.start();
    environment.events.emit('runner.started', { queue, concurrency, token });
  }

  /** One run, as the processor's own runners do it. */
  async run(task: BoundTask<Services>, payload: unknown, helpers: JobHelpers): Promise<void> {
    const { identity, environment } = this.#options;
    const id = String(helpers.job.id);
    using _place = await this.#takePlace();
    const isSuspect = helpers.job.flags !== null && 'howdah_deaths' in helpers.job.flags;
    if (isSuspect) await this.#registry.recordStart(id, identity.token);
    const endSignal = this.#runs.begin(id);
    try {
      await runJob(task, toRun(identity.queue, payload, helpers), { ...environment, endSignal });
    } finally {
      this.#runs.end(id);
      if (isSuspect) await this.#registry.clearStart(id, identity.token);
    }
  }

  /** No further run begins, not even of jobs that are fetched already: they go back to their queue. */
  leave(): void {
    this.#leaving.abort(new ShutdownError());
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
    await this.#heart.stop();
    try {
      await this.#registry.end(token, this.#isLost ? 'its worker left' : 'stopped');
    } catch (err) {
      environment.log.warn({ err, queue }, 'what the runner held will be rescued');
    }
    await this.#locks.close();
    await this.#control.close();
    environment.events.emit('runner.stopped', { queue, token });
  }

  #beat(): Beat {
    const maxRunning = Math.max(this.#grants.limit, this.#grants.usedCount);
    return {
      token: this.#options.identity.token,
      running: this.#runs.jobIds,
      maxRunning: Number.isFinite(maxRunning) ? maxRunning : null,
      isLeaving: this.#leaving.signal.aborted,
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

  /** A place of the queue's fleet concurrency. @throws {VerdictError} that puts the job back when the runner leaves first */
  async #takePlace(): Promise<Disposable> {
    try {
      return await this.#grants.acquire(this.#leaving.signal);
    } catch (reason) {
      throw new VerdictError({ kind: 'return', error: reason as Error });
    }
  }
}
