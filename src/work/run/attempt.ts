import { performance } from 'node:perf_hooks';
import type { RunEvent } from '../../observability/events.ts';
import { ABANDON_AFTER_MS, type BoundTask } from '../../tasks/bind.ts';
import { awaitHandler, type Patience } from './await-handler.ts';
import { type CurrentRun, enterRun } from './current-run.ts';
import type { EndSignal } from './end-signal.ts';
import { checkPayload } from './misfit.ts';
import type { RunConduct } from './run-conduct.ts';
import { RunContext } from './run-context.ts';
import { runIsolated } from './run-isolated.ts';
import type { Run, RunEnvironment } from './run-job.ts';
import { RunLimits } from './run-limits.ts';
import { ownLimitMs } from './time-limit.ts';

/** What an attempt is made from. */
export interface AttemptOptions<Services> {
  readonly task: BoundTask<Services>;
  readonly run: Run;
  readonly conduct: RunConduct;
  readonly environment: RunEnvironment<Services>;
  /** What is told of it. */
  readonly event: RunEvent;
  /** How far ahead of the database's clock this process's is. */
  readonly clockAheadMs: number;
}

/**
 * The handler's part of a run: what it is given, what can end it, and what there is to do when it ignores that. One object for all of
 * it, as a run that does nothing else should cost no more than its promises.
 */
export class Attempt<Services> implements CurrentRun, Patience {
  readonly #options: AttemptOptions<Services>;
  readonly #limits: RunLimits;
  isOver = false;

  constructor(options: AttemptOptions<Services>) {
    const { task, run, clockAheadMs } = options;
    const { deadline } = run.job;
    this.#options = options;
    this.#limits = new RunLimits({
      timeoutMs: ownLimitMs(task, run.job),
      deadline,
      clockAheadMs,
      endSignal: run.endSignal,
    });
  }

  get event(): RunEvent {
    return this.#options.event;
  }

  abort(reason: unknown): void {
    this.#limits.abort(reason);
  }

  /** What the handler returns, unless its signal fires first. Once. */
  async perform(): Promise<unknown> {
    const { conduct } = this.#options;
    try {
      await undefined; // so that it begins a microtask, which is all the run's
      enterRun(this);
      this.#limits.throwIfAborted();
      return await awaitHandler(this.#handle(), this);
    } finally {
      this.isOver = true;
      this.#limits[Symbol.dispose]();
      if (conduct.hasReported) await conduct.close(this.#limits.end.reason);
    }
  }

  get end(): EndSignal {
    return this.#limits.end;
  }

  get hurrySignal(): AbortSignal {
    return this.#options.environment.hurrySignal;
  }

  /** An isolated handler is ended by then. */
  get abandonAfterMs(): number {
    const { abandonAfterMs = ABANDON_AFTER_MS, isolate } = this.#options.task.policy;
    return isolate ? abandonAfterMs + ABANDON_AFTER_MS : abandonAfterMs;
  }

  onOverdue(): () => void {
    const { environment, run } = this.#options;
    return environment.overdue.add(run.job.id);
  }

  onAbandoned(): () => void {
    const { event, environment } = this.#options;
    const { events } = environment;
    const abandonedAt = performance.now();
    events.emit('job.abandoned', { ...event, afterMs: this.abandonAfterMs });
    return () => events.emit('job.abandoned_ended', { ...event, lateMs: performance.now() - abandonedAt });
  }

  /** The check of the payload may ask the database, which a lock may keep from answering. */
  #handle(): Promise<unknown> | unknown {
    const { task, run } = this.#options;
    const checked = checkPayload(task, run);
    return checked instanceof Promise ? checked.then((payload) => this.#call(payload)) : this.#call(checked);
  }

  #call(payload: unknown): Promise<unknown> | unknown {
    const { task, run, conduct, environment } = this.#options;
    const { services, log } = environment;
    this.#limits.throwIfAborted();
    const context = new RunContext(run.job, services, { limits: this.#limits, conduct, log });
    if (task.policy.isolate) return runIsolated({ task, payload, context, store: run.store, conduct });
    return task.handle((task.getsPayloadAsGiven ? run.payload : payload) as never, context);
  }
}
