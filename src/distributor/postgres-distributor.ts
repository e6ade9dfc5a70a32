import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { HowdahError } from '../errors.ts';
import type { TaskDefinition } from '../jobs/define-task.ts';
import { describeIssues } from '../jobs/describe-issues.ts';
import type { EventHub } from '../observability/event-hub.ts';
import { translateEnqueueError } from './enqueue-error.ts';
import { checkOptions } from './enqueue-options.ts';
import type { EnqueuedJob, EnqueueOptions, TaskDistributor } from './task-distributor.ts';

const ENQUEUE = `
  select job_id::text as id, job_queue as queue, job_run_at as run_at, job_max_retries as max_retries
  from howdah.enqueue_job($1, $2::json, queue => $3, run_at => $4::timestamptz,
                          delay => make_interval(secs => $5::double precision / 1000),
                          max_retries => $6::integer, priority => $7::integer)`;

interface EnqueuedRow {
  id: string;
  queue: string;
  run_at: Date | string;
  max_retries: number;
}

/** Enqueues through graphile-worker's `add_job` in the caller's own Postgres transaction. */
export class PostgresDistributor implements TaskDistributor {
  readonly #events: EventHub;

  constructor({ events }: { events: EventHub }) {
    this.#events = events;
  }

  async distribute<Payload>(
    tx: SqlClient,
    task: TaskDefinition<Payload>,
    payload: Payload,
    options: EnqueueOptions = {},
  ): Promise<EnqueuedJob> {
    checkPayload(task, payload);
    checkOptions(options);
    const row = await insertJob(tx, [task.name, JSON.stringify(payload), ...toParameters(task, options)]);
    const job = {
      id: row.id,
      task: task.name,
      queue: row.queue,
      maxRetries: row.max_retries,
      runAt: new Date(row.run_at),
    };
    this.#events.emit('job.enqueued', { ...job, jobId: job.id });
    return job;
  }
}

function checkPayload<Payload>(task: TaskDefinition<Payload>, payload: Payload): void {
  const parsed = task.payload.safeParse(payload);
  if (parsed.success) return;
  const fields = describeIssues(parsed.error, 'payload');
  const detail = `Payload of "${task.name}": ${fields.map(({ field, message }) => `${field}: ${message}`).join('; ')}`;
  throw new HowdahError('invalid_payload', { detail, fields });
}

function toParameters(
  task: Pick<TaskDefinition, 'queue' | 'maxRetries'>,
  options: EnqueueOptions,
): unknown[] {
  return [
    options.queue ?? task.queue,
    options.runAt?.toISOString() ?? null,
    options.delayMs ?? null,
    options.maxRetries ?? task.maxRetries,
    options.priority ?? null,
  ];
}

async function insertJob(tx: SqlClient, values: unknown[]): Promise<EnqueuedRow> {
  try {
    const [row] = await queryRows<EnqueuedRow>(tx, ENQUEUE, values);
    if (!row) throw new Error('howdah.enqueue_job returned no row');
    return row;
  } catch (error) {
    throw translateEnqueueError(error);
  }
}
