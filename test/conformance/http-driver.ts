import { durationParser } from '../../src/config/settings/duration.ts';
import type { HowdahClient } from '../../src/http/client.ts';
import type { BulkRequest, Driver, Filter, JobRequest, ListFilter, SeenJob, SeenSummary } from './driver.ts';
import { Refusal, toFields } from './refusal.ts';

const NOTHING = { header: {}, json: {} };

/** Requests of the typed client. */
export function createHttpDriver({ v1 }: HowdahClient): Driver {
  return {
    name: 'HTTP',
    async enqueue(job) {
      const { job: added } = await ok(v1.jobs.$post({ header: {}, json: toNewJob(job) }));
      return added.id;
    },
    async enqueueBatch(jobs) {
      const { jobs: added } = await ok(
        v1.jobs.batch.$post({ header: {}, json: { jobs: jobs.map(toNewJob) } }),
      );
      return added.map(({ id }) => id);
    },
    async job(id) {
      const { job } = await ok(v1.jobs[':id'].$get({ param: { id }, query: {} })).catch(
        nothing({ job: null }),
      );
      return job && toSeenJob(job);
    },
    async list(filter, { limit, after }) {
      const query = { ...toConditions(filter), limit: String(limit), ...(after ? { cursor: after } : {}) };
      const { jobs, next_cursor: next } = await ok(v1.jobs.$get({ query: query as never }));
      return { jobs: jobs.map(toSeen), next };
    },
    explain: (id) => ok(v1.jobs[':id'].explain.$get({ param: { id } })).catch(nothing(null)),
    async act(action, id, reason) {
      const request = { param: { id }, ...NOTHING };
      const post = {
        cancel: () => v1.jobs[':id'].cancel.$post({ ...request, json: reason ? { reason } : {} }),
        discard: () => v1.jobs[':id'].discard.$post({ ...request, json: reason ? { reason } : {} }),
        runNow: () => v1.jobs[':id']['run-now'].$post(request),
        retry: () => v1.jobs[':id'].retry.$post(request),
      };
      return (await ok(post[action]())).job.state;
    },
    async reschedule(id, at) {
      const json = { run_at: at.toISOString() };
      return (await ok(v1.jobs[':id'].reschedule.$post({ param: { id }, header: {}, json }))).job.state;
    },
    async bulk(request) {
      const { bulk } = v1.jobs;
      const posts = {
        cancel: bulk.cancel,
        discard: bulk.discard,
        runNow: bulk['run-now'],
        retry: bulk.retry,
      };
      const report = await ok(posts[request.action].$post({ header: {}, json: toOrder(request) }));
      return report.dry_run ? report.matched : report.changed;
    },
    async queues() {
      const { queues } = await ok(v1.queues.$get());
      return queues.map((each) => ({
        ...{ name: each.name, schemaName: each.schema_name, available: each.available },
        ...{ scheduled: each.scheduled, retryable: each.retryable, running: each.running },
        ...{ isPaused: each.is_paused, pausedAt: each.paused_at, pausedBy: each.paused_by },
        ...{ concurrency: each.concurrency, fleetConcurrency: each.fleet_concurrency, workers: each.workers },
      }));
    },
    async pause(name, reason) {
      await ok(v1.queues[':name'].pause.$post({ param: { name }, header: {}, json: { reason } }));
    },
    async resume(name) {
      await ok(v1.queues[':name'].resume.$post({ param: { name }, header: {} }));
    },
    async setFleetConcurrency(name, runs) {
      await ok(v1.queues[':name'].$patch({ param: { name }, json: { fleet_concurrency: runs } }));
    },
    async removeQueue(name, isForced) {
      const query = isForced ? { force: 'true' as const } : {};
      return (await ok(v1.queues[':name'].$delete({ param: { name }, query }))).cancelled;
    },
    async workers() {
      const { workers } = await ok(v1.workers.$get());
      return workers.map(
        ({ started_at, heartbeat_at, heartbeat_age_seconds: _, pool_id, blocked_since, ...others }) => {
          const { memory_bytes, running_jobs, expires_at, ...worker } = others;
          return {
            ...{ ...worker, startedAt: started_at, heartbeatAt: heartbeat_at, poolId: pool_id },
            ...{
              blockedSince: blocked_since,
              memoryBytes: memory_bytes,
              runningJobs: running_jobs,
              expiresAt: expires_at,
            },
          };
        },
      );
    },
    async tasks() {
      const { tasks } = await ok(v1.tasks.$get());
      return tasks.map(
        ({ name, application, queue, max_retries, timeout, order_by, routes, payload_schema }) => ({
          orderBy: order_by,
          routes,
          ...{
            name,
            application,
            queue,
            maxRetries: max_retries,
            timeoutMs: toMs(timeout),
            payloadSchema: payload_schema,
          },
        }),
      );
    },
    async schedules() {
      const { schedules } = await ok(v1.schedules.$get());
      return schedules.map(
        ({ last_run_at, next_run_at, last_error, last_error_at, payload, is_orphaned, ...schedule }) => ({
          ...{
            ...schedule,
            payload,
            lastRunAt: last_run_at,
            nextRunAt: next_run_at,
            lastError: last_error,
            lastErrorAt: last_error_at,
            isOrphaned: is_orphaned,
          },
        }),
      );
    },
  };
}

/** The body of an answer that is one; a problem document is a Refusal. */
async function ok<Body>(
  answer: Promise<{ ok: boolean; json(): Promise<Body> }>,
): Promise<Extract<Exclude<Body, Problem>, object>> {
  const response = await answer;
  const body = (await response.json()) as Body & Problem;
  if (response.ok) return body as never;
  if (body.status >= 500) throw new Error(`${body.status}: ${body.detail}`);
  const [task] = body.errors.filter(({ field }) => field === 'task');
  throw new Refusal(
    {
      // What the schema of a request refuses has a code of its own over HTTP, and names its fields like the rest.
      code: body.code === 'invalid_request' ? 'invalid_options' : body.code,
      message: body.detail ?? task?.message ?? '',
      fields: toFields(body.errors.map(({ field }) => field)),
      holder: body.details?.['job_id']?.toString(),
      index: body.details?.['index'] as number | undefined,
    },
    body,
  );
}

interface Problem {
  status: number;
  code: string;
  detail?: string;
  details?: Record<string, string | number>;
  errors: { field: string; message: string }[];
}

function nothing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Refusal && error.facts.code === 'job_not_found') return value;
    throw error;
  };
}

/** Values of a wrong type or range go out as they are: to refuse them is the server's part. */
export function toNewJob(job: JobRequest): { task: string } {
  const requested = {
    task: job.task,
    payload: job.payload,
    queue: job.queue,
    delay: toDuration(job.delayMs),
    run_at: job.runAt?.toISOString(),
    priority: job.priority,
    max_retries: job.maxRetries,
    timeout: toDuration(job.timeoutMs),
    deadline: job.deadline?.toISOString(),
    retention: toDuration(job.retentionMs),
    unique_key: job.uniqueKey,
    unique_for: toDuration(job.uniqueForMs),
    key: job.key,
    key_mode: job.keyMode,
    debounce: toDuration(job.debounceMs),
    max_wait: toDuration(job.maxWaitMs),
    succeeds: job.succeeds,
    sequence: job.sequence,
    headers: job.headers,
    allow_unknown: job.allowUnknown,
  };
  return JSON.parse(JSON.stringify(requested));
}

function toDuration(durationMs: number | undefined): string | undefined {
  return durationMs === undefined ? undefined : `${durationMs}ms`;
}

function toConditions({ finishedAfter, finishedBefore, worker, search, ...filter }: ListFilter) {
  const { payload_contains: payload, attempts_above: attempts, ...conditions } = toFilter(filter);
  const query = {
    ...conditions,
    attempts_above: attempts?.toString(),
    payload_contains: payload === undefined ? undefined : JSON.stringify(payload),
    finished_after: finishedAfter?.toISOString(),
    finished_before: finishedBefore?.toISOString(),
    worker,
    q: search,
  };
  return JSON.parse(JSON.stringify(query)) as Record<string, string>;
}

function toFilter({ createdAfter, createdBefore, payloadContains, attemptsAbove, ...equal }: Filter) {
  return {
    ...equal,
    attempts_above: attemptsAbove,
    payload_contains: payloadContains,
    created_after: createdAfter?.toISOString(),
    created_before: createdBefore?.toISOString(),
  };
}

function toOrder({ filter, isDryRun, max, reason }: BulkRequest) {
  return JSON.parse(JSON.stringify({ filter: toFilter(filter), dry_run: isDryRun, max, reason }));
}

const toMs = durationParser(Number.MAX_SAFE_INTEGER);

/** What the API shows of a job, a row of a list. */
export interface PresentedSummary {
  id: string;
  queue: string;
  task: string;
  state: string;
  priority: number;
  attempt: number;
  max_attempts: number;
  run_at: string | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  duration_ms: number | null;
  worker: string | null;
  last_error: string | null;
  progress: number | null;
  progress_message: string | null;
  key: string | null;
  sequence: string | null;
  deadline: string | null;
  timeout: string | null;
  expires_at: string | null;
}

export interface PresentedJob extends PresentedSummary {
  payload?: unknown;
  result?: unknown;
  headers: Record<string, string> | '[redacted]' | null;
  errors: {
    attempt: number;
    name: string;
    message: string;
    stack: string | null;
    worker: string | null;
    decision: string;
    failed_at: string;
    retry_at: string | null;
  }[];
}

export function toSeen(job: PresentedSummary): SeenSummary {
  const { id, queue, task, state, priority, attempt, worker, progress, key, sequence, deadline } = job;
  return {
    ...{ id, queue, task, state, priority, attempt, worker, progress, key, sequence, deadline },
    ...{ maxAttempts: job.max_attempts, runAt: job.run_at, createdAt: job.created_at },
    ...{ startedAt: job.started_at, finishedAt: job.finished_at, durationMs: job.duration_ms },
    ...{ lastError: job.last_error, progressMessage: job.progress_message, expiresAt: job.expires_at },
    timeoutMs: job.timeout === null ? null : toMs(job.timeout),
  };
}

export function toSeenJob(job: PresentedJob): SeenJob {
  const errors = job.errors.map(({ failed_at, retry_at, ...error }) => ({
    ...{ ...error, failedAt: failed_at, retryAt: retry_at },
  }));
  const headers = job.headers as Record<string, string> | null;
  return { ...toSeen(job), payload: job.payload, result: job.result, headers, errors };
}
