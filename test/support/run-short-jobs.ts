import { type TestQueue, testTask } from './test-queue.ts';
import { waitFor } from './wait-for.ts';
import type { WorkerProcess } from './worker-process.ts';

const works = testTask('works');

/** After them a worker holds jobs ready for a second, as it expects the next ones to be short too. */
export async function runShortJobs(queue: TestQueue, worker: WorkerProcess): Promise<void> {
  const requests = Array.from({ length: 200 }, () => ({ task: works, payload: {} }));
  const jobs = await queue.distributor.distributeMany(queue.pool, requests);
  await waitFor('the short jobs to run', () => jobs.every(({ id }) => worker.said(`worked ${id}`)));
}
