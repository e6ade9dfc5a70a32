import assert from 'node:assert/strict';
import type { Fetched } from './engine-statements.ts';
import { isWaiting, type JobModel } from './job-model.ts';
import type { QueueModel } from './queue-model.ts';
import type { Micros } from './snapshot.ts';
import type { QueueName } from './staged-runner.ts';

/** The most urgent jobs whose time has come, as many as asked for or there are; none of a paused queue. */
export function assertFetch(
  jobs: Fetched[],
  model: QueueModel,
  { queue, batchSize, clock }: { queue: QueueName; batchSize: number; clock: Micros },
): void {
  const taken = new Set(jobs.map(({ id }) => id));
  const waiting = model
    .live()
    .filter((job) => job.queue === queue && isWaiting(job) && !model.paused.has(queue));
  const dueBy = (at: Micros) => waiting.filter(({ due }) => typeof due === 'number' && due <= at);
  const surely = dueBy(model.last?.clock ?? 0);
  const perhaps = dueBy(clock);
  for (const id of taken)
    assert.ok(
      perhaps.some((job) => job.id === id),
      `job ${id} may be fetched`,
    );
  assert.ok(taken.size >= Math.min(batchSize, surely.length), `fetched ${taken.size} of ${surely.length}`);
  assert.ok(taken.size <= batchSize);
  const passedOver = surely.filter(({ id }) => !taken.has(id));
  for (const job of perhaps.filter(({ id }) => taken.has(id))) {
    const first = passedOver.find((other) => isBefore(other, job));
    assert.ok(!first, `job ${job.id} was fetched before ${first?.id}`);
  }
}

function isBefore(a: JobModel, b: JobModel): boolean {
  return a.priority < b.priority || (a.priority === b.priority && Number(a.due) < Number(b.due));
}
