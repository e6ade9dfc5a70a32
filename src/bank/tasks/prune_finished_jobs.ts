import { bind } from '../../tasks/bind.ts';
import type { TaskContext } from '../../tasks/task-context.ts';
import { pruneJobs } from '../../work/upkeep/prune-jobs.ts';
import { pruneFinishedJobs } from '../definitions/prune-finished-jobs.ts';
import type { Services } from '../services.ts';

export default bind(
  pruneFinishedJobs,
  async (_, { signal, log, services }: TaskContext<Services>): Promise<void> => {
    const jobCount = await pruneJobs(services.db, signal);
    log.debug({ job_count: jobCount }, 'finished jobs pruned');
  },
);
