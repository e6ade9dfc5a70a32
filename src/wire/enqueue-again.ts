import { queryRows, type SqlClient } from '../db/sql-client.ts';
import type { TaskDistributor } from '../enqueue/task-distributor.ts';
import { HowdahError } from '../errors.ts';
import { getJob } from '../look/get-job.ts';
import type { Job } from '../look/job.ts';
import { seesPayloads } from '../look/sees-payloads.ts';
import { enqueueAll, toNewJobs } from './enqueue-requested.ts';
import type { TaskSources } from './resolve-task.ts';
import type { RequestedJob } from './schemas/new-job.ts';
import { restoreFields } from './withhold-fields.ts';

export interface AgainOptions {
  sources: TaskSources;
  distributor: TaskDistributor;
  id: string;
  /**
   * Another than the job had, which the task's schema must take; `[redacted]` in the place of a withheld field is what the job has
   * there. @default the same
   */
  payload?: unknown;
}

/**
 * Enqueues a job anew, with the task, the queue and the options of an old one, whatever became of that: it is a job of its own, with
 * all its retries. A deadline that has passed is left out, and so are a unique key and a retention, which are not kept with a job.
 * A row of the audit log says of which job it is.
 *
 * @throws {HowdahError} `job_not_found`; `forbidden` to a role that may not see payloads; `duplicate_job` while another job has its
 *   key; and as an enqueue does
 */
export async function enqueueAgain(tx: SqlClient, options: AgainOptions): Promise<Job> {
  const { sources, distributor, id } = options;
  await refuseBlind(tx);
  const old = await getJob(tx, id);
  if (!old) {
    const detail = `There is no job ${id}; it never existed, or it ended and its history is no longer kept`;
    throw new HowdahError('job_not_found', { detail });
  }
  const payload =
    options.payload === undefined
      ? old.payload
      : restoreFields(options.payload, old.payload, old.redactedFields);
  const [wanted] = await toNewJobs(sources, [{ ...optionsOf(old), payload } as RequestedJob]);
  const [added] = await enqueueAll(tx, distributor, [wanted]);
  if (!added) throw new Error('an enqueued job was not returned');
  await refuseHolder(tx, added.id);
  await record(tx, { added: added.id, old });
  const written = await getJob(tx, added.id);
  if (!written) throw new Error('the job that was just enqueued is not there');
  return written;
}

function optionsOf(old: Job): Omit<RequestedJob, 'payload'> {
  const { task, queue, priority, maxAttempts, timeoutMs, deadline, key, sequence, headers } = old;
  return {
    ...{ task, queue, priority, max_retries: maxAttempts - 1 },
    ...(timeoutMs === null ? {} : { timeout: timeoutMs }),
    ...(deadline === null || deadline.getTime() <= Date.now() ? {} : { deadline }),
    ...(key === null ? {} : { key, key_mode: 'ignore' }),
    ...(sequence === null ? {} : { sequence }),
    ...(headers === null ? {} : { headers }),
  };
}

/** Whoever may not see a payload may not have another job run with it either, whose result or error may show it. */
async function refuseBlind(tx: SqlClient): Promise<void> {
  if (!(await seesPayloads(tx)))
    throw new HowdahError('forbidden', { detail: 'This role may not see payloads' });
}

/** A job that was written in this transaction has its time; of a key that somebody has, the holder comes back untouched. */
async function refuseHolder(tx: SqlClient, id: string): Promise<void> {
  const [row] = await queryRows<{ isNew: boolean; queue: string }>(
    tx,
    'select created_at = now() as "isNew", queue from howdah.jobs where id = $1::bigint',
    [id],
  );
  if (!row || row.isNew) return;
  throw new HowdahError('duplicate_job', {
    detail: `Job ${id} has the key of this one`,
    details: { job_id: id, queue: row.queue },
  });
}

async function record(tx: SqlClient, { added, old }: { added: string; old: Job }): Promise<void> {
  const details = { again_of: old.id, tasks: [old.task], queues: [old.queue] };
  await queryRows(tx, `select howdah.record_change('jobs.enqueue_again', $1::bigint[], $2::jsonb)`, [
    `{${added},${old.id}}`,
    JSON.stringify(details),
  ]);
}
