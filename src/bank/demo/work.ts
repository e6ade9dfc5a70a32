import type { SignedUpJob } from './sign-up.ts';
import type { Walk } from './walk.ts';
import { watch } from './watch.ts';

/** Each job run by the runner of its queue, and in the history. */
export async function seeJobsRun(walk: Walk, jobs: readonly SignedUpJob[]): Promise<void> {
  for (const job of jobs) {
    await seeRun(walk, job);
    await seeHistory(walk, job);
  }
}

async function seeRun({ jobs, narrator, signal }: Walk, { id, task, queue }: SignedUpJob): Promise<void> {
  const { durationMs, attempt, maxAttempts } = await watch(() => {
    const failure = jobs.failed.get(id);
    if (failure) throw new Error(`job ${id} (${task}) failed: ${failure.error.message}`);
    return jobs.completed.get(id);
  }, signal);
  const waitMs = jobs.started.get(id)?.waitMs ?? Number.NaN;
  narrator.fact(
    waitMs >= 0,
    `job ${id}  ${task.padEnd(18)}  picked up from ${queue} after ${waitMs.toFixed(0)} ms, done ${durationMs.toFixed(0)} ms later, run ${attempt} of at most ${maxAttempts}`,
  );
}

/** The engine ends jobs in batches a few milliseconds after their runs. */
async function seeHistory({ database, narrator, signal }: Walk, { id }: SignedUpJob): Promise<void> {
  const worker = await watch(async () => {
    const { rows } = await database.db.query<{ worker: string }>(
      `select worker from howdah.jobs where id = $1 and state = 'completed'`,
      [id],
    );
    return rows[0]?.worker;
  }, signal);
  narrator.note(`howdah.jobs: completed by ${worker}`);
}
