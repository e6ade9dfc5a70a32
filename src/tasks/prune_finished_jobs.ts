import { pruneFinishedJobs } from '../jobs/prune-finished-jobs.ts';
import { bind } from '../processor/bind.ts';
import type { TaskContext } from '../processor/task-context.ts';
import { pruneJobs } from '../processor/upkeep/prune-jobs.ts';
import type { Services } from '../services.ts';

export default bind(
  pruneFinishedJobs,
  async (_, { signal, log, services }: TaskContext<Services>): Promise<void> => {
    const jobCount = await pruneJobs(services.db, signal);
    log.debug({ job_count: jobCount }, 'finished jobs pruned');
  },
);
