import { durationParser } from '../../src/config/settings/duration.ts';
import { runHere } from '../support/howdah-cli.ts';
import { TEST_SCHEMA } from '../support/test-schema.ts';
import type { BulkRequest, Driver, Filter, JobRequest, ListFilter } from './driver.ts';
import { type PresentedJob, type PresentedSummary, toNewJob, toSeen, toSeenJob } from './http-driver.ts';
import { fieldsIn, Refusal } from './refusal.ts';

const toMs = durationParser(Number.MAX_SAFE_INTEGER);
const NAMES = { cancel: 'cancel', discard: 'discard', runNow: 'run-now', retry: 'retry' };

/**
 * Command lines of `npx howdah`, run within this process: DATABASE_URL must be set in it. There is no command for a
 * batch, and a fleet's limit is set by `howdah sql`.
 */
export function createCommandLineDriver(): Driver {
  return {
    name: 'command line',
    async enqueue(job) {
      return (await answer<{ id: string }>(['enqueue', ...toArguments(job)])).id;
    },
    async job(id) {
      const job = await answer<PresentedJob>(['job', id]).catch(nothing);
      return job && toSeenJob(job);
    },
    async list(filter, { limit, after }) {
      const page = ['--limit', String(limit + 1), ...(after ? ['--before', after] : [])];
      const found = await answer<PresentedSummary[]>(['jobs', ...toOptions(filter), ...page]);
      const jobs = found.slice(0, limit).map(toSeen);
      return { jobs, next: found.length > limit ? (jobs.at(-1)?.id ?? null) : null };
    },
    explain: (id) => answer<never>(['explain', id]).catch(nothing),
    act: (action, id, reason) => change([NAMES[action], id, ...(reason ? ['--reason', reason] : [])]),
    reschedule: (id, at) => change(['reschedule', id, '--at', at.toISOString()]),
    async bulk({ action, filter, isDryRun, max, reason }: BulkRequest) {
      const flags = [
        ...(isDryRun ? ['--dry-run'] : []),
        ...(max === undefined ? [] : [`--limit=${max}`]),
        ...(reason ? ['--reason', reason] : []),
      ];
      const report = await answer<Record<string, number>>([NAMES[action], ...toOptions(filter), ...flags]);
      return (isDryRun ? report['matched'] : report['changed']) ?? Number.NaN;
    },
    async queues() {
      const queues = await answer<Record<string, never>[]>(['queues']);
      return queues.map((each) => ({
        ...{ name: each['name'], schemaName: each['schema_name'], available: each['available'] },
        ...{ scheduled: each['scheduled'], retryable: each['retryable'], running: each['running'] },
        ...{ isPaused: each['is_paused'], pausedAt: each['paused_at'], pausedBy: each['paused_by'] },
        ...{ concurrency: each['concurrency'], fleetConcurrency: each['fleet_concurrency'] },
        workers: each['workers'],
      })) as never;
    },
    async pause(queue, reason) {
      await answer(['pause', queue, '--reason', reason]);
    },
    async resume(queue) {
      await answer(['resume', queue]);
    },
    async setFleetConcurrency(queue, runs) {
      await answer(['sql', '--write', `select ${TEST_SCHEMA}.set_fleet_concurrency('${queue}', ${runs})`]);
    },
    async removeQueue(queue, isForced) {
      const line = ['queues', 'remove', queue, ...(isForced ? ['--force'] : [])];
      return (await answer<{ cancelled: number }>(line)).cancelled;
    },
    async workers() {
      const workers = await answer<Record<string, never>[]>(['workers']);
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
      ) as never;
    },
    async tasks() {
      const tasks = await answer<Record<string, never>[]>(['tasks']);
      return tasks.map(
        ({ name, application, queue, max_retries, timeout, order_by, routes, payload_schema }) => ({
          orderBy: order_by,
          routes,
          ...{ name, application, queue, maxRetries: max_retries, payloadSchema: payload_schema },
          timeoutMs: toMs(timeout as unknown as string),
        }),
      ) as never;
    },
    async schedules() {
      const schedules = await answer<Record<string, never>[]>(['schedules']);
      return schedules.map(
        ({ last_run_at, next_run_at, last_error, last_error_at, is_orphaned, ...schedule }) => ({
          ...{
            ...schedule,
            lastRunAt: last_run_at,
            nextRunAt: next_run_at,
            lastError: last_error,
            lastErrorAt: last_error_at,
            isOrphaned: is_orphaned,
          },
        }),
      ) as never;
    },
  };
}

async function answer<T>(line: string[]): Promise<T> {
  const { exitCode, stdout, stderr } = await runHere(line);
  if (exitCode !== 0) throw toRefusal(stderr.replace(/^howdah: (\w[\w-]*: (?=--))?/, ''));
  return JSON.parse(stdout) as T;
}

/** A command on one job tells its code. */
async function change(line: string[]): Promise<string> {
  const { stdout, stderr } = await runHere(line);
  if (stdout === '') throw toRefusal(stderr);
  const [outcome] = JSON.parse(stdout) as [{ state: string; error?: { code: string; message: string } }];
  if (outcome.error) throw new Refusal(outcome.error, line);
  return outcome.state;
}

/** Elsewhere words are all that a command line tells. */
const CODES: readonly (readonly [RegExp, string])[] = [
  [/holds this unique key/, 'duplicate_job'],
  [/unknown task /, 'unknown_task'],
  [/unknown queue /, 'unknown_queue'],
  [/^no job \d+/, 'job_not_found'],
  [/payload[\w.[\]]*: /i, 'invalid_payload'],
  [/^queue: expected (one that|another than)/, 'queue_in_use'],
  [/: expected /, 'invalid_options'],
];

function toRefusal(message: string): Error {
  const code = CODES.find(([words]) => words.test(message))?.[1];
  if (code === undefined) return new Error(message);
  return new Refusal(
    { code, message, fields: fieldsIn(message), holder: /Job (\d+) of/.exec(message)?.[1] },
    message,
  );
}

function nothing(error: unknown): null {
  if (error instanceof Refusal && error.facts.code === 'job_not_found') return null;
  throw error;
}

function toArguments(job: JobRequest): string[] {
  const { task, payload, headers = {}, ...options } = toNewJob(job) as JobRequest;
  const given = Object.entries(options).map(([name, value]) =>
    value === true ? `--${name.replaceAll('_', '-')}` : `--${name.replaceAll('_', '-')}=${value}`,
  );
  const lines = Object.entries(headers).map(([name, value]) => `--header=${name}=${value}`);
  return [task, ...(payload === undefined ? [] : [JSON.stringify(payload)]), ...given, ...lines];
}

function toOptions({
  createdAfter,
  createdBefore,
  payloadContains,
  ...filter
}: Filter & ListFilter): string[] {
  const { finishedAfter, finishedBefore, attemptsAbove, ...equal } = filter;
  const options = {
    ...equal,
    attempts: attemptsAbove === undefined ? undefined : `>${attemptsAbove}`,
    since: createdAfter?.toISOString(),
    until: createdBefore?.toISOString(),
    'finished-since': finishedAfter?.toISOString(),
    'finished-until': finishedBefore?.toISOString(),
    payload: payloadContains === undefined ? undefined : JSON.stringify(payloadContains),
  };
  return Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}=${value}`],
  );
}
