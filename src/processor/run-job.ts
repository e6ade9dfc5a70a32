import { performance } from 'node:perf_hooks';
import { describeIssues } from '../jobs/describe-issues.ts';
import type { EventHub } from '../observability/event-hub.ts';
import type { Logger } from '../observability/logger.ts';
import { JobTimeoutError } from './abort-reasons.ts';
import type { BoundTask } from './bind.ts';
import { judge } from './judge.ts';
import { SkipRetry } from './outcomes.ts';
import type { RunningJob } from './task-context.ts';
import { type Verdict, VerdictError } from './verdict.ts';

/** What every run in a runner shares. */
export interface RunEnvironment<Services> {
  readonly services: Services;
  readonly events: EventHub;
  readonly log: Logger;
  /** Fires when runs must end for the worker's sake; its reason is a ShutdownError or a JobLostError. */
  readonly endSignal: AbortSignal;
}

/**
 * One run of a job, from payload to report. Resolves when the job is to be completed.
 *
 * @throws {VerdictError} for every other outcome, for the engine to store
 */
export async function runJob<Services>(
  task: BoundTask<Services>,
  job: RunningJob,
  payload: unknown,
  environment: RunEnvironment<Services>,
): Promise<void> {
  const startedAt = performance.now();
  reportStart(job, environment);
  try {
    await perform(task, job, parsePayload(task, payload), environment);
  } catch (thrown) {
    const verdict = judge(thrown, job, task.policy);
    reportFailure(job, verdict, performance.now() - startedAt, environment);
    throw new VerdictError(verdict);
  }
  environment.events.emit('job.completed', { ...runEvent(job), durationMs: performance.now() - startedAt });
}

/** @throws {SkipRetry} naming each field, never its value: the same payload will not fit next time either */
function parsePayload<Services>({ definition }: BoundTask<Services>, payload: unknown): unknown {
  const parsed = definition.payload.safeParse(payload);
  if (parsed.success) return parsed.data;
  const mistakes = describeIssues(parsed.error, 'payload').map(
    ({ field, message }) => `${field}: ${message}`,
  );
  throw new SkipRetry(`malformed payload: ${mistakes.join('; ')}`);
}

/** Ends with the handler or with its signal, whichever is first: a handler that ignores the signal is left behind. */
async function perform<Services>(
  task: BoundTask<Services>,
  job: RunningJob,
  payload: unknown,
  { services, log, endSignal }: RunEnvironment<Services>,
): Promise<void> {
  using limit = startTimer(task.definition.timeoutMs);
  const signal = AbortSignal.any([limit.signal, endSignal]);
  signal.throwIfAborted();
  const context = { job, signal, services, log: log.child(logFields(job)) };
  await Promise.race([task.handle(payload as never, context), rejectOnAbort(signal)]);
}

function startTimer(timeoutMs: number): Disposable & { signal: AbortSignal } {
  const controller = new AbortController();
  const timer =
    timeoutMs > 0 ? setTimeout(() => controller.abort(new JobTimeoutError(timeoutMs)), timeoutMs) : undefined;
  return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function reportStart<Services>(job: RunningJob, { events }: RunEnvironment<Services>): void {
  const waitMs = Math.max(0, Date.now() - Math.max(job.runAt.getTime(), job.createdAt.getTime()));
  events.emit('job.started', { ...runEvent(job), waitMs });
}

function reportFailure<Services>(
  job: RunningJob,
  verdict: Verdict,
  durationMs: number,
  { events }: RunEnvironment<Services>,
): void {
  const delay = 'delayMs' in verdict ? { delayMs: verdict.delayMs } : {};
  const { kind: decision, error } = verdict;
  events.emit('job.failed', { ...runEvent(job), durationMs, decision, ...delay, error });
}

function runEvent({ id, task, queue, attempt, maxAttempts }: RunningJob) {
  return { jobId: id, task, queue, attempt, maxAttempts };
}

function logFields({ id, task, queue, attempt }: RunningJob) {
  return { job_id: id, type: task, queue, attempt };
}
