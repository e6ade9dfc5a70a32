import type { Job, JobHelpers } from 'graphile-worker';
import { splitCronTick } from '../../tasks/cron-tick.ts';
import type { Run } from './run-job.ts';
import { createRunStore, type JobPlace, type RunVoice } from './run-store.ts';
import { isScheduled, toRunningJob } from './running-job.ts';

/** What the engine hands to a task, as one run of ours. */
export function toRun(
  { results, ...place }: JobPlace & Pick<RunVoice, 'results'>,
  payload: unknown,
  { job, query }: JobHelpers,
): Omit<Run, 'endSignal'> {
  const { payload: own, cron } = splitCronTick(payload);
  const running = toRunningJob(job, place.queue);
  return {
    job: cron ? { ...running, cron } : running,
    ...(isScheduled(job) ? { payload: own } : { payload, payloadOfTick: own }),
    misfitCount: countMisfits(job),
    store: createRunStore(job, place, { query, results }),
  };
}

/** Counted in `flags.howdah_misfit` by the database (src/db/sql/queue/queue_apply_verdict.sql). */
function countMisfits({ flags }: Job): number {
  return (flags as { howdah_misfit?: { count: number } } | null)?.howdah_misfit?.count ?? 0;
}
