import { JobLostError, ShutdownError } from './abort-reasons.ts';
import type { TaskPolicy } from './bind.ts';
import { RetryAfter, Revoke, SkipRetry, Snooze } from './outcomes.ts';
import { defaultRetryDelayMs } from './retry-delay.ts';
import type { RunningJob } from './task-context.ts';
import type { Verdict } from './verdict.ts';

/** The verdict on a run that ended with `thrown`, whatever that is. */
export function judge(
  thrown: unknown,
  job: Pick<RunningJob, 'attempt' | 'maxAttempts'>,
  { discardOn = [] }: TaskPolicy = {},
): Verdict {
  const error = toError(thrown);
  if (error instanceof ShutdownError || error instanceof JobLostError) return { kind: 'return', error };
  if (error instanceof Snooze) return { kind: 'snooze', delayMs: error.delayMs, error };
  if (error instanceof Revoke) return { kind: 'cancel', error };
  if (error instanceof SkipRetry || discardOn.some((type) => error instanceof type)) {
    return { kind: 'discard', error };
  }
  if (job.attempt >= job.maxAttempts) return { kind: 'discard', error };
  if (error instanceof RetryAfter) return { kind: 'retry', delayMs: error.delayMs, error };
  return { kind: 'retry', delayMs: defaultRetryDelayMs(job.attempt), error };
}

/** Handlers may throw anything; what is not an Error becomes one that says so. */
function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(`the task threw something that is not an Error: ${describe(thrown)}`, { cause: thrown });
}

function describe(thrown: unknown): string {
  try {
    return typeof thrown === 'object' ? JSON.stringify(thrown) : String(thrown);
  } catch {
    return `a ${typeof thrown} that cannot be shown`;
  }
}
