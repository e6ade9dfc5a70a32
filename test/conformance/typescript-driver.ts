import type { Database } from '../../src/db/database.ts';
import { transact } from '../../src/db/transact.ts';
import { HowdahError } from '../../src/errors.ts';
import type { Howdah } from '../../src/howdah/howdah.ts';
import type { JobState, JobSummary } from '../../src/look/job.ts';
import type { JobFilter } from '../../src/look/job-filter.ts';
import { type BulkAction, changeBatch, countJobs, narrowToAction } from '../../src/operate/bulk.ts';
import type { TaskDefinition } from '../../src/tasks/define-task.ts';
import { testTask } from '../support/test-queue.ts';
import type { BulkRequest, Driver, JobRequest, ListFilter, SeenSummary } from './driver.ts';
import { fieldsIn, Refusal, toFields } from './refusal.ts';

const DEFAULT_MAX = 1_000;

export interface TypeScriptSide {
  howdah: Howdah;
  /** For what createHowdah has not: commands on many jobs. */
  db: Database;
  tasks: readonly TaskDefinition[];
}

/** What a program that imports Howdah calls: `createHowdah`. */
export function createTypeScriptDriver({ howdah, db, tasks }: TypeScriptSide): Driver {
  const toNewJob = ({ task, payload = {}, ...options }: JobRequest) => ({
    task: tasks.find(({ name }) => name === task) ?? testTask(task),
    payload,
    options,
  });
  return refusing({
    name: 'TypeScript',
    async enqueue(request) {
      const { task, payload, options } = toNewJob(request);
      return (await howdah.enqueueAlone(task, payload, options)).id;
    },
    async enqueueBatch(requests) {
      const added = await howdah.transaction((tx) => howdah.enqueueMany(tx, requests.map(toNewJob)));
      return added.map(({ id }) => id);
    },
    async job(id) {
      const job = await howdah.get(id);
      if (!job) return null;
      const { payload, result, headers, errors } = job;
      const seen = errors.map(({ failedAt, retryAt, ...error }) => ({
        ...{ ...error, failedAt: iso(failedAt), retryAt: iso(retryAt) },
      }));
      return { ...toSeen(job), payload, result, headers, errors: seen };
    },
    async list(filter, { limit, after }) {
      const page = await howdah.find(toJobFilter(filter), { limit, ...(after ? { beforeId: after } : {}) });
      return { jobs: page.jobs.map(toSeen), next: page.nextBeforeId };
    },
    async explain(id) {
      return (await howdah.explain(id)) ?? null;
    },
    act: (action, id, reason) =>
      action === 'retry' || action === 'runNow'
        ? howdah[action](id)
        : howdah[action](id, reason === undefined ? {} : { reason }),
    reschedule: (id, at) => howdah.reschedule(id, at),
    bulk: (request) => changeMany(db, request),
    async queues() {
      const queues = await howdah.queues();
      return queues.map((each) => ({
        ...{ name: each.queue, schemaName: each.schemaName },
        ...{ available: each.availableCount, scheduled: each.scheduledCount, retryable: each.retryableCount },
        ...{ running: each.runningCount, isPaused: each.isPaused, pausedAt: iso(each.pausedAt) },
        ...{ pausedBy: each.pausedBy, concurrency: each.concurrency },
        ...{ fleetConcurrency: each.fleetConcurrency, workers: each.workerCount },
      }));
    },
    async pause(queue, reason) {
      await howdah.pause(queue, { reason });
    },
    async resume(queue) {
      await howdah.resume(queue);
    },
    async setFleetConcurrency(queue, runs) {
      await howdah.setFleetConcurrency(queue, runs);
    },
    removeQueue: (queue, isForced) => howdah.removeQueue(queue, isForced ? { force: true } : {}),
    async workers() {
      const workers = await howdah.workers();
      return workers.map(
        ({
          runningCount,
          startedAt,
          heartbeatAt,
          heartbeatAgeSeconds: _,
          blockedSince,
          expiresAt,
          brokers,
          ...worker
        }) => ({
          ...{ ...worker, running: runningCount, startedAt: iso(startedAt), heartbeatAt: iso(heartbeatAt) },
          ...{ blockedSince: iso(blockedSince), expiresAt: iso(expiresAt) },
          brokers: brokers.map((broker) => ({ ...broker, since: iso(broker.since) })),
        }),
      );
    },
    tasks: async () => (await howdah.tasks()).map(({ workerCount: _, ...task }) => task),
    async schedules() {
      const schedules = await howdah.schedules();
      return schedules.map(({ lastRunAt, nextRunAt, lastErrorAt, redactedFields: _, ...schedule }) => ({
        ...{
          ...schedule,
          lastRunAt: iso(lastRunAt),
          nextRunAt: iso(nextRunAt),
          lastErrorAt: iso(lastErrorAt),
        },
      }));
    },
  });
}

async function changeMany(db: Database, request: BulkRequest): Promise<number> {
  const { isDryRun = false, max = DEFAULT_MAX, reason } = request;
  const action: BulkAction = request.action === 'runNow' ? 'run_now' : request.action;
  const filter = narrowToAction(action, toJobFilter(request.filter));
  if (isDryRun) return countJobs(db, filter, max);
  const { changedIds } = await transact(db, (tx) =>
    changeBatch(tx, action, { filter, range: { limit: max }, reason, details: {} }),
  );
  return changedIds.length;
}

function toJobFilter({ state, ...filter }: ListFilter): JobFilter {
  return { ...filter, states: state === undefined ? undefined : [state as JobState] };
}

function toSeen(job: JobSummary): SeenSummary {
  const { id, queue, task, state, priority, attempt, maxAttempts, durationMs, worker, lastError } = job;
  const { progress, progressMessage, key, sequence, timeoutMs } = job;
  return {
    ...{ id, queue, task, state, priority, attempt, maxAttempts, durationMs, worker, lastError },
    ...{ progress, progressMessage, key, sequence, timeoutMs },
    ...{ runAt: iso(job.runAt), createdAt: iso(job.createdAt), startedAt: iso(job.startedAt) },
    ...{ finishedAt: iso(job.finishedAt), deadline: iso(job.deadline), expiresAt: iso(job.expiresAt) },
  };
}

function iso(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}

/** The driver, with a HowdahError of each of its methods as a Refusal. */
function refusing(driver: Driver): Driver {
  return new Proxy(driver, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => Promise.resolve(member.apply(target, args)).catch(refuse);
    },
  });
}

function refuse(error: unknown): never {
  if (!(error instanceof HowdahError)) throw error;
  const { code, message, fields, details } = error;
  throw new Refusal(
    {
      ...{
        code,
        message,
        fields: fields.length > 0 ? toFields(fields.map(({ field }) => field)) : fieldsIn(message),
      },
      ...{ holder: details['jobId']?.toString(), index: details['index'] as number | undefined },
    },
    error,
  );
}
