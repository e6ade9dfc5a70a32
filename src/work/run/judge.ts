import { toError } from '../../errors/to-error.ts';
import type { Classification, TaskPolicy } from '../../tasks/bind.ts';
import { checkDelay, MAX_DURATION_MS } from '../../tasks/check-delay.ts';
import { Cancel, Outcome, RetryAfter, SkipRetry, Snooze } from '../../tasks/outcomes.ts';
import { asynqDelay } from '../../tasks/retry-delay.ts';
import { GateShut } from '../../tasks/run-gate.ts';
import type { RunningJob } from '../../tasks/task-context.ts';
import { JobCancelledError, JobDeadlineError, JobLostError, ShutdownError } from './abort-reasons.ts';
import { Misfit } from './misfit.ts';
import type { Verdict } from './verdict.ts';

/** What a policy function, or an outcome that somebody has altered, got wrong; the verdict was reached without it. */
export type OnPolicyFault = (fault: unknown) => void;

/**
 * The verdict on a run that ended with `thrown`, whatever that is. Never throws, also when the task's policy does.
 *
 * @param onFault told what the policy threw
 */
export function judge(
  thrown: unknown,
  { job, policy = {} }: { job: Pick<RunningJob, 'attempt' | 'maxAttempts'>; policy?: TaskPolicy },
  onFault: OnPolicyFault = () => {},
): Verdict {
  const error = toError(thrown);
  if (error instanceof JudgedError) return error.verdict;
  const verdict =
    judgeEnd(error) ??
    unlessFaulty(onFault, () => judgeOutcome(error)) ??
    unlessFaulty(onFault, () => toOpinion(policy.classify?.(error), error)) ??
    judgeRest(error, policy);
  if (verdict.kind !== 'retry') return verdict;
  if (job.attempt >= job.maxAttempts) return { kind: 'discard', error };
  const delayMs = verdict.delayMs ?? ownDelay(error, { job, policy }, onFault);
  return { kind: 'retry', delayMs: clamp(delayMs), error };
}

/** What a handler threw elsewhere, with the verdict on it. */
export class JudgedError extends Error {
  override readonly name = 'JudgedError';
  readonly verdict: Verdict;

  constructor(verdict: Verdict) {
    super(verdict.error.message, { cause: verdict.error });
    this.verdict = verdict;
  }
}

/** A verdict whose wait, if it is a retry, may still be for the task's retryDelay to say. */
type Opinion = Exclude<Verdict, { kind: 'retry' }> | { kind: 'retry'; delayMs?: number; error: Error };

/** Ends that are not about the task but about its run. */
function judgeEnd(error: Error): Opinion | undefined {
  if (error instanceof ShutdownError || error instanceof JobLostError || error instanceof GateShut)
    return { kind: 'return', error };
  if (error instanceof JobCancelledError) return { kind: 'cancelled', error };
  if (error instanceof JobDeadlineError) return { kind: 'discard', error };
  if (error instanceof Misfit) return { kind: 'misfit', delayMs: error.delayMs, error, ...error.refusal };
  return undefined;
}

/** What the handler itself decided. */
function judgeOutcome(error: Error): Opinion | undefined {
  if (!(error instanceof Outcome)) return undefined;
  if (error instanceof Snooze) return { kind: 'snooze', delayMs: checkDelay(error.delayMs), error };
  if (error instanceof Cancel) return { kind: 'cancel', error };
  if (error instanceof SkipRetry) return { kind: 'discard', error };
  if (error instanceof RetryAfter) return { kind: 'retry', delayMs: checkDelay(error.delayMs), error };
  return undefined;
}

function unlessFaulty(onFault: OnPolicyFault, toOwn: () => Opinion | undefined): Opinion | undefined {
  try {
    return toOwn();
  } catch (fault) {
    onFault(fault);
    return undefined;
  }
}

function toOpinion(classification: Classification | undefined, error: Error): Opinion | undefined {
  if (typeof classification !== 'object') return classification && { kind: classification, error };
  const { kind, delayMs } = classification;
  return { kind, delayMs: checkDelay(delayMs), error };
}

function judgeRest(error: Error, { discardOn = [] }: TaskPolicy): Opinion {
  return { kind: discardOn.some((type) => error instanceof type) ? 'discard' : 'retry', error };
}

function ownDelay(
  error: Error,
  { job, policy }: { job: Pick<RunningJob, 'attempt'>; policy: TaskPolicy },
  onFault: OnPolicyFault,
): number {
  try {
    const delayMs = (policy.retryDelay ?? asynqDelay)(job.attempt, error);
    if (!Number.isNaN(delayMs) && typeof delayMs === 'number') return delayMs;
    throw new RangeError(`retryDelay: expected milliseconds, received ${delayMs}`);
  } catch (fault) {
    onFault(fault);
    return asynqDelay(job.attempt);
  }
}

/** A longer wait is as good as the longest. */
function clamp(delayMs: number): number {
  return Math.min(MAX_DURATION_MS, Math.max(0, delayMs));
}
