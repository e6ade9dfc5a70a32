import type { FailedRunEvent, HowdahEvents } from '../../observability/events.ts';
import { JobCancelledError } from '../run/abort-reasons.ts';
import type { RunReport } from '../run/runs-under-way.ts';

/** In which state the database ended a run's job; `unknown` when its answer was lost, and it did. */
export type EndState = 'completed' | 'cancelled' | 'discarded' | 'waiting' | 'unknown';

type Told = 'job.completed' | 'job.unrecorded' | 'job.failed';
type News = { [Name in Told]: readonly [Name, HowdahEvents[Name][0]] }[Told];

const DECISIONS = { cancelled: 'cancel', discarded: 'discard' } as const;

/**
 * The event that tells of a run's end, by what the database made of it: what was decided in the meantime, such as an
 * operator's cancellation, outweighs what the run came to.
 *
 * @param state undefined when the database did not take the end
 */
export function toNews(report: RunReport, state: EndState | undefined): News {
  if (state === undefined) return toUnrecorded(report);
  const decision = state === 'cancelled' || state === 'discarded' ? DECISIONS[state] : undefined;
  if (!('decision' in report)) {
    if (!decision) return ['job.completed', report];
    return ['job.failed', { ...report, decision, error: new JobCancelledError(`ended ${state}`) }];
  }
  if (decision && decision !== report.decision) return ['job.failed', { ...withoutDelay(report), decision }];
  // This runner took the job for cancelled, and the database did not, as of a cancellation of an earlier run.
  const isMistaken = state === 'waiting' && report.decision === 'cancel';
  return ['job.failed', isMistaken ? { ...report, decision: 'return' } : report];
}

/** A job that is given back is others' by then, as it should be. */
function toUnrecorded(report: RunReport): News {
  if (!('decision' in report)) return ['job.unrecorded', report];
  if (report.decision === 'return') return ['job.failed', report];
  const { decision: _, ...ended } = withoutDelay(report);
  return ['job.unrecorded', ended];
}

/** Whatever it was to wait for, it does not. */
function withoutDelay({ delayMs: _, ...report }: FailedRunEvent): FailedRunEvent {
  return report;
}
