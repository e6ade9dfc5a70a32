import { queryRows, type SqlClient } from '../db/sql-client.ts';
import type { EventHub } from '../observability/event-hub.ts';
import { enqueueAllInSpan, enqueueInSpan } from '../observability/tracing.ts';
import type { TaskDefinition } from '../tasks/define-task.ts';
import { checkJob, checkJobs } from './check-jobs.ts';
import { duplicateError, translateEnqueueError } from './enqueue-error.ts';
import type { EnqueueOptions } from './enqueue-options.ts';
import { toSqlOptions } from './sql-options.ts';
import type { EnqueuedJob, NewJob, TaskDistributor } from './task-distributor.ts';

const COLUMNS =
  'job_id::text as id, job_queue as queue, job_run_at as run_at, job_max_retries as max_retries, is_duplicate';

const ENQUEUE_ONE = `
  select ${COLUMNS}
  from howdah.enqueue_job($1, $2::json, $3, $4::timestamptz, $5::interval, $6::integer, $7::integer, $8::interval,
                          $9::timestamptz, $10::interval, $11, $12, $13, $14::interval, $15, $16::jsonb,
                          $17::interval, $18::interval, $19::bigint)`;

const ENQUEUE_MANY = `select job_index as index, ${COLUMNS} from howdah.enqueue_jobs($1::json, $2)`;

interface EnqueuedRow {
  id: string;
  queue: string;
  run_at: Date | string;
  max_retries: number;
  is_duplicate: boolean;
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
    const job = { task, payload, options };
    checkJob(job);
    return enqueueInSpan(job, async (traced) => {
      const [row] = await enqueue<EnqueuedRow>(tx, ENQUEUE_ONE, toParameters(traced));
      if (!row) throw new Error('howdah.enqueue_job returned no row');
      if (row.is_duplicate) throw duplicateError(row);
      return this.#announce(task.name, row);
    });
  }

  async distributeMany<Payloads extends readonly unknown[]>(
    tx: SqlClient,
    jobs: { readonly [Index in keyof Payloads]: NewJob<Payloads[Index]> },
  ): Promise<EnqueuedJob[]> {
    checkJobs(jobs);
    if (jobs.length === 0) return [];
    const rows = await enqueueAllInSpan<NewJob, (EnqueuedRow & { index: number })[]>(jobs, (traced) =>
      enqueue(tx, ENQUEUE_MANY, toBatchParameters(traced)),
    );
    for (const row of rows) if (row.is_duplicate) throw duplicateError(row, row.index);
    return rows.map((row) => this.#announce(jobs[row.index]?.task.name ?? '', row));
  }

  #announce(task: string, row: EnqueuedRow): EnqueuedJob {
    const { id, queue, max_retries: maxRetries } = row;
    const job = { id, task, queue, maxRetries, runAt: new Date(row.run_at) };
    this.#events.emit('job.enqueued', { jobId: id, task, queue, maxRetries, runAt: job.runAt });
    return job;
  }
}

function toParameters<Payload>(job: NewJob<Payload>): unknown[] {
  const options = toSqlOptions(job);
  const headers = options.headers && JSON.stringify(options.headers);
  const values = Object.values({ ...options, headers }).map((value) => value ?? null);
  return [job.task.name, JSON.stringify(job.payload), ...values];
}

/** Only a batch that could hold a duplicate asks for the savepoint that lets the transaction survive one. */
function toBatchParameters(jobs: readonly NewJob[]): unknown[] {
  const isUnique = ({ options }: NewJob) =>
    options?.uniqueKey !== undefined || options?.uniqueForMs !== undefined;
  const requests = jobs.map((job) => ({
    task: job.task.name,
    payload: job.payload,
    ...toSqlOptions(job),
  }));
  return [JSON.stringify(requests), jobs.some(isUnique) ? 'return' : 'raise'];
}

async function enqueue<Row>(tx: SqlClient, statement: string, values: unknown[]): Promise<Row[]> {
  try {
    return await queryRows<Row>(tx, statement, values);
  } catch (error) {
    throw translateEnqueueError(error);
  }
}
