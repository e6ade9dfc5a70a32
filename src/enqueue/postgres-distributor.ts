import { stringifyExactly } from '../db/exact-json.ts';
import { type Naming, namingOf } from '../db/naming.ts';
import { refusalOf } from '../db/refusal.ts';
import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { createEventHub, type EventHub } from '../observability/event-hub.ts';
import { enqueueAllInSpan, enqueueInSpan } from '../observability/tracing.ts';
import type { TaskDefinition } from '../tasks/define-task.ts';
import { kindOf } from '../tasks/kind-of.ts';
import { refuseUnknown } from '../tasks/refuse-unknown.ts';
import { checkJob, checkJobs } from './check-jobs.ts';
import { duplicateError } from './duplicate-error.ts';
import { encodeJob, encodeJobs } from './encode-job.ts';
import type { EnqueueOptions } from './enqueue-options.ts';
import { OPTION_ROWS } from './option-table.ts';
import { toSqlOptions } from './sql-options.ts';
import type { EnqueuedJob, NewJob, TaskDistributor } from './task-distributor.ts';

/** Texts with names of one word, and values that begin as texts: so each library gives and takes them as they are. */
const COLUMNS = `job_id::text as id, job_queue as queue, (extract(epoch from job_run_at) * 1000)::text as due,
  job_max_retries::text as retries, is_duplicate::text as duplicate`;

/** By name, so that neither side depends on the other's order. */
const ARGUMENTS = [
  'task => $1::text',
  'payload => $2::text::json',
  ...OPTION_ROWS.map(([, { name, sqlType }], index) => `${name} => $${index + 3}::text::${sqlType}`),
];

const ENQUEUE_ONE = `select ${COLUMNS} from howdah.enqueue_job(${ARGUMENTS.join(', ')})`;

const ENQUEUE_MANY = `
  select job_index::text as index, ${COLUMNS} from howdah.enqueue_jobs($1::text::json, $2::text)`;

/** What it sends, which is worth preparing: to read and plan it takes as long as to write the job. */
export const ENQUEUE_STATEMENTS: readonly string[] = [ENQUEUE_ONE, ENQUEUE_MANY];

interface EnqueuedRow {
  id: string;
  queue: string;
  /** Milliseconds since 1970. */
  due: string;
  retries: string;
  duplicate: 'true' | 'false';
}

export interface PostgresDistributorOptions {
  /** Where `job.enqueued` is told. @default nowhere */
  events?: EventHub;
  /** Of the Howdah that is meant, as HOWDAH_SCHEMA; asked for when it is needed. @default 'howdah' */
  schema?: string | (() => string);
}

/** Enqueues in the caller's own Postgres transaction, by functions that write the job as graphile-worker's `add_job` does. */
export class PostgresDistributor implements TaskDistributor {
  readonly #events: EventHub;
  readonly #naming: () => Naming;

  /** @throws {TypeError} for options that there are not, or that are of another type */
  constructor(options: PostgresDistributorOptions = {}) {
    refuseUnknown('PostgresDistributor', options, ['events', 'schema']);
    const { events = createEventHub(), schema = 'howdah' } = options;
    if (typeof events?.emit !== 'function')
      throw mistaken('events: expected what createEventHub returns', events);
    if (!['string', 'function'].includes(typeof schema))
      throw mistaken('schema: expected a text or a function', schema);
    this.#events = events;
    this.#naming = () => namingOf(typeof schema === 'string' ? schema : schema());
  }

  async distribute<Payload, Given = Payload>(
    tx: SqlClient,
    task: TaskDefinition<Payload, Given>,
    payload: NoInfer<Given>,
    options: EnqueueOptions = {},
  ): Promise<EnqueuedJob> {
    const job = encodeJob({ task: task as TaskDefinition<unknown, Given>, payload, options });
    checkJob(job);
    return enqueueInSpan(job, async (traced) => {
      const [row] = await enqueue<EnqueuedRow>(
        tx,
        this.#naming().statement(ENQUEUE_ONE),
        toParameters(traced),
      );
      if (!row) throw new Error('howdah.enqueue_job returned no row');
      if (row.duplicate === 'true') throw duplicateError(row);
      return this.#announce(task.name, row);
    });
  }

  async distributeMany<Payloads extends readonly unknown[]>(
    tx: SqlClient,
    jobs: { readonly [Index in keyof Payloads]: NewJob<Payloads[Index]> },
  ): Promise<EnqueuedJob[]> {
    const encoded = encodeJobs(jobs);
    checkJobs(encoded);
    if (jobs.length === 0) return [];
    const rows = await enqueueAllInSpan<NewJob, (EnqueuedRow & { index: string })[]>(encoded, (traced) =>
      enqueue(tx, this.#naming().statement(ENQUEUE_MANY), toBatchParameters(traced)),
    );
    for (const row of rows) if (row.duplicate === 'true') throw duplicateError(row, Number(row.index));
    return rows.map((row) => this.#announce(jobs[Number(row.index)]?.task.name ?? '', row));
  }

  #announce(task: string, row: EnqueuedRow): EnqueuedJob {
    const { id, queue } = row;
    const [maxRetries, runAt] = [Number(row.retries), new Date(Number(row.due))];
    this.#events.emit('job.enqueued', { jobId: id, task, queue, maxRetries, runAt });
    return { id, task, queue, maxRetries, runAt };
  }
}

function mistaken(expected: string, received: unknown): TypeError {
  return new TypeError(`PostgresDistributor: ${expected}, received ${kindOf(received)}`);
}

/** In the order of {@link ARGUMENTS}. */
function toParameters<Payload>(job: NewJob<Payload>): unknown[] {
  const options = toSqlOptions(job);
  const values = OPTION_ROWS.map(([, { name }]) => options[name] ?? null);
  return [job.task.name, stringifyExactly(job.payload), ...values.map(toText)];
}

function toText(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
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
  return [stringifyExactly(requests), jobs.some(isUnique) ? 'return' : 'raise'];
}

async function enqueue<Row>(tx: SqlClient, statement: string, values: unknown[]): Promise<Row[]> {
  try {
    return await queryRows<Row>(tx, statement, values);
  } catch (error) {
    throw refusalOf(error) ?? error;
  }
}
