import type { Job } from 'graphile-worker';
import { splitCronTick } from '../../tasks/cron-tick.ts';
import type { Run } from './run-job.ts';
import { createRunStore, type RunVoice } from './run-store.ts';
import { isScheduled, toRunningJob } from './running-job.ts';

/** What the engine hands to a task, as one run of ours. */
export function toRun(job: Job, payload: unknown, voice: RunVoice): Omit<Run, 'endSignal'> {
  const { payload: own, cron } = splitCronTick(payload);
  const running = toRunningJob(job, voice.queue);
  return {
    job: cron ? { ...running, cron } : running,
    payload: isScheduled(job) ? own : payload,
    payloadOfTick: own,
    misfitCount: countMisfits(job),
    store: createRunStore(job, voice),
  };
}

/** Counted in `flags.howdah_misfit` by the database (src/db/sql/queue/queue_apply_verdict.sql). */
function countMisfits({ flags }: Job): number {
  return (flags as { howdah_misfit?: { count: number } } | null)?.howdah_misfit?.count ?? 0;
}
