import { wholeNumberAt } from '../db/exact-json.ts';
import type { SqlClient } from '../db/sql-client.ts';
import type { TaskDefinition } from '../tasks/define-task.ts';
import { parsePayload } from '../tasks/parse-payload.ts';
import { checkJob, checkJobs } from './check-jobs.ts';
import { encodeJob, encodeJobs } from './encode-job.ts';
import type { EnqueueOptions } from './enqueue-options.ts';
import type { EnqueuedJob, NewJob, TaskDistributor } from './task-distributor.ts';

export interface RecordedJob extends EnqueuedJob {
  readonly payload: unknown;
  readonly options: EnqueueOptions;
}

/**
 * Remembers what it was asked to enqueue and writes nothing: for tests of business code. Refuses what does not fit, as
 * the real one does; every job is new to it, also with the same key or unique key.
 */
export class RecordingDistributor implements TaskDistributor {
  readonly jobs: RecordedJob[] = [];

  async distribute<Payload, Given = Payload>(
    _tx: SqlClient,
    task: TaskDefinition<Payload, Given>,
    payload: NoInfer<Given>,
    options: EnqueueOptions = {},
  ): Promise<EnqueuedJob> {
    const job = encodeJob({ task: task as TaskDefinition<unknown, Given>, payload, options });
    checkJob(job);
    return this.#record(job);
  }

  async distributeMany<Payloads extends readonly unknown[]>(
    _tx: SqlClient,
    jobs: { readonly [Index in keyof Payloads]: NewJob<Payloads[Index]> },
  ): Promise<EnqueuedJob[]> {
    const encoded = encodeJobs(jobs);
    checkJobs(encoded);
    return encoded.map((job) => this.#record(job));
  }

  #record<Payload>({ task, payload, options = {} }: NewJob<Payload>): EnqueuedJob {
    const job: RecordedJob = {
      id: String(this.jobs.length + 1),
      task: task.name,
      queue: options.queue ?? task.queue,
      maxRetries: options.maxRetries ?? task.maxRetries,
      runAt: options.runAt ?? new Date(Date.now() + (options.delayMs ?? 0)),
      payload: parsePayload(task.payload, payload, wholeNumberAt).data,
      options,
    };
    this.jobs.push(job);
    return job;
  }
}
