import type { EventHub } from '../../observability/event-hub.ts';
import type { RunEvent } from '../../observability/events.ts';
import type { EndedRun, TakenJobs } from '../../operate/leases/lease.ts';
import type { LeasedFailure } from '../../operate/leases/leased-verdict.ts';

/** Tells of the runs that begin with jobs that a worker over HTTP takes. */
export function tellTaken(events: EventHub, { lease, jobs }: TakenJobs): void {
  for (const { id, task, attempt, max_attempts, run_at, started_at } of jobs) {
    const run = { jobId: id, task, queue: lease.queue, attempt, maxAttempts: max_attempts };
    const waitMs = Math.max(0, Date.parse(started_at) - Date.parse(run_at));
    events.emit('job.started', { ...run, worker: lease.worker, waitMs });
  }
}

/** Tells how such a run ended, by what the database made of it; nothing of one whose end was told before. */
export function tellEnded(events: EventHub, ended: EndedRun, failure?: LeasedFailure): void {
  if (ended.durationMs === null) return;
  const { jobId, task, queue, attempt, maxAttempts, durationMs, worker } = ended;
  const run: RunEvent & { durationMs: number } = {
    ...{ jobId, task, queue, attempt, maxAttempts },
    worker,
    durationMs,
  };
  if (ended.state === 'completed') events.emit('job.completed', run);
  else events.emit('job.failed', { ...run, ...toDecision(ended, failure) });
}

const DECISIONS = { cancelled: 'cancel', discarded: 'discard' } as const;

function toDecision({ state }: EndedRun, failure: LeasedFailure | undefined) {
  const error = toError(failure);
  if (state === 'cancelled' || state === 'discarded') return { decision: DECISIONS[state], error };
  const { outcome = 'retry', delayMs } = failure ?? {};
  return { decision: outcome, error, ...(delayMs === undefined ? {} : { delayMs }) };
}

/** As its worker told of it; of one that was completed, and whose job had been cancelled, there is nothing to tell. */
function toError(failure: LeasedFailure | undefined): Error {
  const { name, message, stack } = failure?.error ?? { name: 'JobCancelledError', message: 'cancelled' };
  const error = new Error(message);
  error.name = name;
  error.stack = stack ?? '';
  return error;
}
