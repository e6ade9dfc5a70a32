import { performance } from 'node:perf_hooks';
import { toError } from '../../errors/to-error.ts';
import type { EventHub } from '../../observability/event-hub.ts';
import type { CompletedRunEvent, FailedRunEvent, RunEvent } from '../../observability/events.ts';
import type { Logger } from '../../observability/logger.ts';
import { runInSpan } from '../../observability/tracing.ts';
import type { BoundTask } from '../../tasks/bind.ts';
import type { RunningJob } from '../../tasks/task-context.ts';
import { JobCancelledError } from './abort-reasons.ts';
import { Attempt } from './attempt.ts';
import type { EndSignal } from './end-signal.ts';
import { judge } from './judge.ts';
import type { OverdueRuns } from './overdue-runs.ts';
import { RunConduct } from './run-conduct.ts';
import type { RunStore } from './run-store.ts';
import { type Verdict, VerdictError } from './verdict.ts';

/** What every run in a runner shares. */
export interface RunEnvironment<Services> {
  readonly services: Services;
  readonly events: EventHub;
  readonly log: Logger;
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
  /** Fires when runs must end for the worker's sake, or this run's job was cancelled; its reason says which. */
  readonly endSignal: EndSignal;
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
  const event = runEvent(run.job);
  reportStart(event, run.job, environment);
  const verdict = await runInSpan(run.job, () => attempt(task, run, { environment, event }));
  const durationMs = performance.now() - startedAt;
  const ended = { ...event, durationMs };
  if (!verdict) return ended;
  if (verdict.kind !== 'done') throw new VerdictError(verdict, toFailed(ended, verdict));
  tellDone(ended, verdict, environment);
  throw new VerdictError(verdict);
}

/** The verdict, or undefined when the job is to be completed. Never throws. */
async function attempt<Services>(
  task: BoundTask<Services>,
  run: Run,
  { environment, event }: { environment: RunEnvironment<Services>; event: RunEvent },
): Promise<Verdict | undefined> {
  const { log, events } = environment;
  const { job, store } = run;
  const conduct = new RunConduct(store, log, (note) => events.emit('job.result_reduced', { ...event, note }));
  try {
    const clockAheadMs = job.deadline ? await store.clockAheadMs().catch(() => 0) : 0;
    const value = await new Attempt({ task, run, conduct, environment, event, clockAheadMs }).perform();
    if (conduct.hasCompleted && (await conduct.isCommitted()))
      return toDone(conduct, new Error('completed in a transaction'));
    if (value !== undefined) await conduct.keepResult(value, task.returnsPlainJson);
    return undefined;
  } catch (thrown) {
    if (await conduct.isCommitted().catch(() => false)) {
      log.warn({ err: thrown, job_id: job.id }, 'task failed after its completion had been committed');
      return toDone(conduct, toError(thrown));
    }
    return judge(thrown, { job, policy: task.policy }, (err) => {
      log.error({ err, job_id: job.id, type: job.task }, 'policy of the task failed, using the default');
    });
  }
}

function toDone({ isCancelled }: RunConduct, error: Error): Verdict {
  return { kind: 'done', isCancelled, error: isCancelled ? new JobCancelledError() : error };
}

function reportStart<Services>(
  event: RunEvent,
  { runAt, createdAt }: RunningJob,
  { events }: RunEnvironment<Services>,
): void {
  const waitMs = Math.max(0, Date.now() - Math.max(runAt.getTime(), createdAt.getTime()));
  events.emit('job.started', { ...event, waitMs });
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

function runEvent({ id, task, queue, attempt, maxAttempts }: RunningJob): RunEvent {
  return { jobId: id, task, queue, attempt, maxAttempts };
}
