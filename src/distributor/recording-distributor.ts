import type { SqlClient } from '../db/sql-client.ts';
import type { TaskDefinition } from '../jobs/define-task.ts';
import type { EnqueuedJob, EnqueueOptions, TaskDistributor } from './task-distributor.ts';

export interface RecordedJob extends EnqueuedJob {
  readonly payload: unknown;
  readonly options: EnqueueOptions;
}

/** Remembers what it was asked to enqueue and writes nothing: for tests of business code. */
export class RecordingDistributor implements TaskDistributor {
  readonly jobs: RecordedJob[] = [];

  async distribute<Payload>(
    _tx: SqlClient,
    task: TaskDefinition<Payload>,
    payload: Payload,
    options: EnqueueOptions = {},
  ): Promise<EnqueuedJob> {
    const job: RecordedJob = {
      id: String(this.jobs.length + 1),
      task: task.name,
      queue: options.queue ?? task.queue,
      maxRetries: options.maxRetries ?? task.maxRetries,
      runAt: options.runAt ?? new Date(Date.now() + (options.delayMs ?? 0)),
      payload: task.payload.parse(payload),
      options,
    };
    this.jobs.push(job);
    return job;
  }
}
