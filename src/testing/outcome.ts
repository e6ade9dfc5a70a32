import type { HowdahEvents } from '../observability/events.ts';

/**
 * What became of a job: `retryable` runs again after its delay, `snoozed` too, with its attempt not counted. `returned` went back
 * to its queue as if it had not begun: its worker was to stop, or has another version of its task.
 */
export type RunOutcome = 'completed' | 'retryable' | 'discarded' | 'cancelled' | 'snoozed' | 'returned';

type Decision = HowdahEvents['job.failed'][0]['decision'];

const OUTCOMES: Readonly<Record<Decision, RunOutcome>> = {
  retry: 'retryable',
  discard: 'discarded',
  cancel: 'cancelled',
  snooze: 'snoozed',
  misfit: 'returned',
  return: 'returned',
};

/** In words for a test, of the verdict as the pipeline reports it. */
export function toOutcome(decision: Decision): RunOutcome {
  return OUTCOMES[decision];
}
