import { performance } from 'node:perf_hooks';
import { toError } from '../../errors/to-error.ts';
import type { EventHub } from '../../observability/event-hub.ts';
import type { CompletedRunEvent, FailedRunEvent } from '../../observability/events.ts';
import type { Logger } from '../../observability/logger.ts';
import { runInSpan } from '../../observability/tracing.ts';
import { ABANDON_AFTER_MS, type BoundTask } from '../../tasks/bind.ts';
import type { RunningJob } from '../../tasks/task-context.ts';
import { JobCancelledError } from './abort-reasons.ts';
import { awaitHandler, type Patience } from './await-handler.ts';
import { asRun, type CurrentRun } from './current-run.ts';
import { judge } from './judge.ts';
import { checkPayload } from './misfit.ts';
import type { OverdueRuns } from './overdue-runs.ts';
import { RunConduct } from './run-conduct.ts';
import { runIsolated } from './run-isolated.ts';
import { RunLimits } from './run-limits.ts';
import type { RunStore } from './run-store.ts';
import { type Verdict, VerdictError } from './verdict.ts';

/** What every run in a runner shares. */
export interface RunEnvironment<Services> {
  readonly services: Services;
  readonly events: EventHub;
  readonly log: Logger;
  /** Fires when runs must end for the worker's sake, or this run's job was cancelled; its reason says which. */
  readonly endSignal: AbortSignal;
  /** Fires when the worker ends: handlers that ignore their signal are not waited for any longer. */
  readonly hurrySignal: AbortSignal;
  /** Knows which handlers go on after their signal has fired. */
  readonly overdue: OverdueRuns;
}

/** The part of it that all runners of a process share. */
export type SharedEnvironment<Services> = Pick<RunEnvironment<Services>, 'services' | 'events' | 'log'>;

/** One run of a job. */
export interface Run {
  readonly job: RunningJob;
  /** As the enqueue gave it. */
  readonly payload: unknown;
  /**
   * The same without what looks like the tick of a clock that is not ours, such as the engine's own: the payload where the
   * schema does not take it with that.
   */
  readonly payloadOfTick?: unknown;
  /** How often workers of other versions of its task have given it back. */
  readonly misfitCount: number;
  readonly store: RunStore;
}

/**
 * One run of a job, from payload to report. Resolves when the job is to be completed, with what there is to tell once the
 * database has done so.
 *
 * @throws {VerdictError} for every other outcome, for the engine to store, with what there is to tell then
 */
export async function runJob<Services>(
  task: BoundTask<Services>,
  run: Run,
  environment: RunEnvironment<Services>,
): Promise<CompletedRunEvent> {
  const startedAt = performance.now();
  reportStart(run.job, environment);
  const verdict = await runInSpan(run.job, () => attempt(task, run, environment));
  const durationMs = performance.now() - startedAt;
  const ended = { ...runEvent(run.job), durationMs };
  if (!verdict) return ended;
  if (verdict.kind !== 'done') throw new VerdictError(verdict, toFailed(ended, verdict));
  tellDone(ended, verdict, environment);
  throw new VerdictError(verdict);
}

/** The verdict, or undefined when the job is to be completed. Never throws. */
async function attempt<Services>(
  task: BoundTask<Services>,
  run: Run,
  environment: RunEnvironment<Services>,
): Promise<Verdict | undefined> {
  const { log, events } = environment;
  const onReduced = (note: string) => events.emit('job.result_reduced', { ...runEvent(run.job), note });
  const conduct = new RunConduct(run.store, log, onReduced);
  try {
    const value = await perform(task, { ...run, conduct }, environment);
    if (await conduct.isCommitted()) return toDone(conduct, new Error('completed in a transaction'));
    await conduct.keepResult(value);
    return undefined;
  } catch (thrown) {
    if (await conduct.isCommitted().catch(() => false)) {
      log.warn({ err: thrown, job_id: run.job.id }, 'task failed after its completion had been committed');
      return toDone(conduct, toError(thrown));
    }
    return judge(thrown, { job: run.job, policy: task.policy }, (err) => {
      log.error(
        { err, job_id: run.job.id, type: run.job.task },
        'policy of the task failed, using the default',
      );
    });
  }
}

function toDone({ isCancelled }: RunConduct, error: Error): Verdict {
  return { kind: 'done', isCancelled, error: isCancelled ? new JobCancelledError() : error };
}

/** What the handler returns, unless its signal fires first. */
async function perform<Services>(
  task: BoundTask<Services>,
  { conduct, ...run }: Run & { conduct: RunConduct },
  environment: RunEnvironment<Services>,
): Promise<unknown> {
  const { services, log, endSignal } = environment;
  const { job, store } = run;
  const timeoutMs = job.timeoutMs ?? task.definition.timeoutMs;
  const { deadline } = job;
  const clockAheadMs = deadline ? await store.clockAheadMs().catch(() => 0) : 0;
  using limits = new RunLimits({ timeoutMs, deadline, clockAheadMs, endSignal });
  const { signal } = limits;
  signal.throwIfAborted();
  const ownLog = lazily(() => log.child(logFields(job)));
  const context = {
    job,
    signal,
    services,
    ...conduct.calls,
    get log() {
      return ownLog();
    },
  };
  const current: CurrentRun = {
    event: runEvent(job),
    abort: (reason) => limits.abort(reason),
    isOver: false,
  };
  try {
    const patience = { ...patienceWith(task, job, environment), signal };
    const handle = async () => {
      const payload = await checkPayload(task, run); // may ask the database, which a lock may keep from answering
      signal.throwIfAborted();
      return task.policy.isolate
        ? runIsolated({ task, payload, context, store, conduct })
        : task.handle(payload as never, context);
    };
    return await asRun(current, () => awaitHandler(handle(), patience));
  } finally {
    current.isOver = true;
    await conduct.close(signal.reason);
  }
}

/** What there is to do and to tell when the handler ignores its signal. */
function patienceWith<Services>(
  { policy }: BoundTask<Services>,
  job: RunningJob,
  { hurrySignal, overdue, events }: RunEnvironment<Services>,
): Omit<Patience, 'signal'> {
  const { abandonAfterMs: ownMs = ABANDON_AFTER_MS, isolate } = policy;
  const abandonAfterMs = isolate ? ownMs + ABANDON_AFTER_MS : ownMs; // an isolated one is ended by then
  return {
    hurrySignal,
    abandonAfterMs,
    onOverdue: () => overdue.add(job.id),
    onAbandoned() {
      const abandonedAt = performance.now();
      events.emit('job.abandoned', { ...runEvent(job), afterMs: abandonAfterMs });
      return () =>
        events.emit('job.abandoned_ended', { ...runEvent(job), lateMs: performance.now() - abandonedAt });
    },
  };
}

function reportStart<Services>(job: RunningJob, { events }: RunEnvironment<Services>): void {
  const waitMs = Math.max(0, Date.now() - Math.max(job.runAt.getTime(), job.createdAt.getTime()));
  events.emit('job.started', { ...runEvent(job), waitMs });
}

/** The handler's transaction has ended the job, and committed. */
function tellDone<Services>(
  ended: CompletedRunEvent,
  { isCancelled, error }: Extract<Verdict, { kind: 'done' }>,
  { events }: RunEnvironment<Services>,
): void {
  if (isCancelled) events.emit('job.failed', { ...ended, decision: 'cancel', error });
  else events.emit('job.completed', ended);
}

function toFailed(ended: CompletedRunEvent, verdict: Exclude<Verdict, { kind: 'done' }>): FailedRunEvent {
  const delay = 'delayMs' in verdict ? { delayMs: verdict.delayMs } : {};
  const { kind, error } = verdict;
  return { ...ended, decision: kind === 'cancelled' ? 'cancel' : kind, ...delay, error };
}

function runEvent({ id, task, queue, attempt, maxAttempts }: RunningJob) {
  return { jobId: id, task, queue, attempt, maxAttempts };
}

/** Made once, when first asked for: a logger takes 3 µs, and most handlers log nothing. */
function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function logFields({ id, task, queue, attempt }: RunningJob) {
  return { job_id: id, type: task, queue, attempt };
}
