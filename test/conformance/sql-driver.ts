import pg from 'pg';
import type {
  Action,
  BulkRequest,
  Driver,
  Filter,
  JobRequest,
  ListFilter,
  SeenError,
  SeenExplanation,
  SeenJob,
  SeenQueue,
  SeenSchedule,
  SeenTask,
  SeenWorker,
} from './driver.ts';
import { fieldsIn, Refusal } from './refusal.ts';

const SUMMARY = `id::text, queue, task, state, priority, attempt, max_attempts as "maxAttempts",
  ${instants('run_at', 'created_at', 'started_at', 'finished_at', 'deadline', 'expires_at')},
  case when finished_at is not null then (extract(epoch from duration) * 1000)::float8 end as "durationMs",
  worker, last_error as "lastError", progress, progress_message as "progressMessage", key, sequence,
  timeout_ms::float8 as "timeoutMs"`;

const SELECT_ERRORS = `select attempt, name, message, stack, worker, decision, ${instants('failed_at', 'retry_at')}
  from howdah.job_errors`;

const COMMANDS = { cancel: 'cancel_job', discard: 'discard_job', runNow: 'run_job_now', retry: 'retry_job' };
const BULK = { cancel: 'cancel_jobs', discard: 'discard_jobs', runNow: 'run_jobs_now', retry: 'retry_jobs' };

/** Statements as somebody types them into psql: text alone, by the views and functions of docs/sql.md. */
export function createSqlDriver(pool: pg.Pool): Driver {
  const rows = async <Row>(text: string): Promise<Row[]> => {
    const { rows } = await pool.query(text).catch(refuse);
    return rows as Row[];
  };
  const value = async <T>(text: string): Promise<T> => {
    const [row] = await rows<{ value: T }>(`select ${text} as value`);
    return row?.value as T;
  };
  const act = (action: Action, id: string, reason?: string) =>
    value<string>(`howdah.${COMMANDS[action]}(${[id, ...(reason ? [literal(reason)] : [])].join(', ')})`);
  return {
    name: 'SQL',
    enqueue: ({ task, ...job }) =>
      value(`howdah.enqueue(${literal(task)}${named(toOptions(job), ', ')})::text`),
    async enqueueBatch(jobs) {
      const list = JSON.stringify(jobs.map(({ task, ...job }) => ({ task, ...toOptions(job) })));
      const added = await rows<{ id: string }>(
        `select job_id::text as id from howdah.enqueue_jobs(${literal(list)}) order by job_index`,
      );
      return added.map(({ id }) => id);
    },
    async job(id) {
      const [job] = await rows<SeenJob>(
        `select ${SUMMARY}, payload, result, headers from howdah.jobs where id = ${id}`,
      );
      if (!job) return null;
      return {
        ...job,
        errors: await rows<SeenError>(`${SELECT_ERRORS} where job_id = ${id} order by attempt`),
      };
    },
    async list(filter, { limit, after }) {
      const before = after ? `, before_id => ${after}` : '';
      const ids = `select howdah.find_jobs(${literal(toSqlFilter(filter))}, max_jobs => ${limit + 1}${before})`;
      const found = await rows<SeenJob>(
        `select ${SUMMARY} from howdah.jobs where id = any (array(${ids})) order by jobs.id desc`,
      );
      const jobs = found.slice(0, limit);
      return { jobs, next: found.length > limit ? (jobs.at(-1)?.id ?? null) : null };
    },
    async explain(id) {
      const [row] = await rows<SeenExplanation>(
        `select state, cause, explanation, remedy from howdah.explain_job(${id})`,
      );
      return row && row.cause !== 'unknown' ? row : null;
    },
    act,
    reschedule: (id, at) => value(`howdah.reschedule_job(${id}, ${literal(at.toISOString())})`),
    bulk: (request) => value(`howdah.${BULK[request.action]}(${named(toBulkParameters(request))})`),
    queues: () =>
      rows<SeenQueue>(`
        select q.name, q.schema_name as "schemaName", q.available::int, q.scheduled::int, q.retryable::int, s.running::int,
               s.is_paused as "isPaused", ${instants('paused_at')}, q.paused_by as "pausedBy",
               s.concurrency::int, q.fleet_concurrency as "fleetConcurrency", s.workers::int
        from howdah.queues q
        join (select queue, running, is_paused, concurrency, workers from howdah.queue_stats()) s on s.queue = q.name
        order by q.name`),
    pause: (queue, reason) => value(`howdah.pause_queue(${literal(queue)}, ${literal(reason)})`),
    resume: (queue) => value(`howdah.resume_queue(${literal(queue)})`),
    setFleetConcurrency: (queue, runs) =>
      value(`howdah.set_fleet_concurrency(${literal(queue)}, ${literal(runs)})`),
    removeQueue: (queue, isForced) => value(`howdah.remove_queue(${literal(queue)}, ${isForced})`),
    workers: () =>
      rows<SeenWorker>(`
        select token::text, queue, kind, host, pid, concurrency, running, state, ${instants('started_at', 'heartbeat_at', 'blocked_since', 'expires_at')},
               pool_id as "poolId", tasks, abandoned::text[], application, version,
               memory_bytes::float8 as "memoryBytes", running_jobs::text[] as "runningJobs", (
                 select coalesce(json_agg(json_build_object(
                   'name', b.name, 'state', case when b.because is null then 'up' else 'down' end, 'because', b.because,
                   'since', to_char(b.since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'tasks', b.tasks)), '[]')
                 from jsonb_to_recordset(brokers) b (name text, since timestamptz, because text, tasks json)) as brokers
        from howdah.workers order by queue, started_at, token`),
    tasks: () =>
      rows<SeenTask>(`
        select name, application, queue, max_retries as "maxRetries", timeout_ms as "timeoutMs", order_by as "orderBy", payload_schema as "payloadSchema",
               array(select route from howdah.task_routes r where r.task = name order by route) as routes
        from howdah.tasks order by name`),
    schedules: () =>
      rows<SeenSchedule>(`
        select identifier, task, queue, cron, payload, last_error as "lastError", application, is_orphaned as "isOrphaned",
               ${instants('last_run_at', 'next_run_at', 'last_error_at')}
        from howdah.schedules order by identifier`),
  };
}

/** As ISO texts with milliseconds, by their names in a SeenJob. */
function instants(...columns: string[]): string {
  const name = (column: string) => column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return columns
    .map(
      (column) =>
        `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "${name(column)}"`,
    )
    .join(', ');
}

function literal(value: unknown): string {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return pg.escapeLiteral(value.toISOString());
  return pg.escapeLiteral(typeof value === 'string' ? value : JSON.stringify(value));
}

function named(parameters: Record<string, unknown>, before = ''): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  const texts = given.map(
    ([name, value]) => `${name} => ${literal(name === 'payload' ? JSON.stringify(value) : value)}`,
  );
  return texts.length === 0 ? '' : before + texts.join(', ');
}

function toOptions(job: Omit<JobRequest, 'task'>): Record<string, unknown> {
  return {
    payload: job.payload,
    queue: job.queue,
    run_at: job.runAt,
    delay: interval(job.delayMs),
    max_retries: job.maxRetries,
    priority: job.priority,
    timeout: interval(job.timeoutMs),
    deadline: job.deadline,
    retention: interval(job.retentionMs),
    key: job.key,
    key_mode: job.keyMode,
    unique_key: job.uniqueKey,
    unique_for: interval(job.uniqueForMs),
    sequence: job.sequence,
    headers: job.headers,
    debounce: interval(job.debounceMs),
    max_wait: interval(job.maxWaitMs),
    succeeds: job.succeeds,
    allow_unknown: job.allowUnknown,
  };
}

function interval(durationMs: number | undefined): string | undefined {
  return durationMs === undefined ? undefined : `${durationMs} milliseconds`;
}

function toSqlFilter({ error, ...filter }: ListFilter): Record<string, unknown> {
  const { createdAfter, createdBefore, finishedAfter, finishedBefore, payloadContains, ...rest } = filter;
  const { attemptsAbove, ...equal } = rest;
  return {
    ...equal,
    attempts_above: attemptsAbove,
    created_after: createdAfter,
    created_before: createdBefore,
    finished_after: finishedAfter,
    finished_before: finishedBefore,
    error_like: error && like(error),
    payload_contains: payloadContains,
  };
}

function like(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

function toBulkParameters({ filter, isDryRun, max, reason }: BulkRequest): Record<string, unknown> {
  const { createdAfter, createdBefore, error, payloadContains, attemptsAbove, ...equal }: Filter = filter;
  return {
    ...equal,
    attempts_above: attemptsAbove,
    created_after: createdAfter,
    created_before: createdBefore,
    error_like: error && like(error),
    payload_contains: payloadContains,
    reason,
    max_jobs: max,
    dry_run: isDryRun,
  };
}

const CODES: Readonly<Record<string, string>> = {
  HWTSK: 'unknown_task',
  HWQUE: 'unknown_queue',
  HWUSE: 'queue_in_use',
  HWOPT: 'invalid_options',
  HWPAY: 'invalid_payload',
  HWDUP: 'duplicate_job',
  HWJOB: 'job_not_found',
  HWSTA: 'wrong_state',
};

function refuse(error: pg.DatabaseError): never {
  const code = CODES[error.code ?? ''];
  if (code === undefined) throw error;
  const detail = code === 'duplicate_job' ? JSON.parse(error.detail ?? '{}') : {};
  const message = `${error.message} (${error.hint})`;
  throw new Refusal(
    {
      code,
      message,
      fields: fieldsIn(error.message),
      holder: detail.job_id?.toString(),
      index: detail.job_index,
    },
    error,
  );
}
