import type { JobResult } from 'pg-boss';
import type { Data, Job } from './contender.ts';
import { contender, IN_BATCHES } from './pg-boss.ts';

const OPTIONS = { ...IN_BATCHES, perJobResults: true } as const;

/** As quick as it can while each job is completed, or fails, by itself: the handler still gets many, and says of each how it ended. */
export default contender('as pg-boss, with a result of each job of a call (perJobResults)', {
  work: (boss, queue, run) =>
    boss.work<Data>(queue, OPTIONS, (jobs) =>
      Promise.all(jobs.map(({ id, data }) => settle({ id, queue, data }, run))),
    ),
});

async function settle(job: Job, run: (job: Job) => Promise<void> | void): Promise<JobResult> {
  try {
    await run(job);
    return { id: job.id, status: 'completed' };
  } catch (error) {
    return { id: job.id, status: 'failed', output: { message: String(error) } };
  }
}
