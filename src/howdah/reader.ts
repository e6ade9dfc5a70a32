import { setTimeout as delay } from 'node:timers/promises';
import { translatingErrors } from '../db/command-error.ts';
import { isDatabaseUnavailable } from '../db/is-database-unavailable.ts';
import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { HowdahError } from '../errors.ts';
import { readBrokers } from '../look/brokers.ts';
import { readCanaries } from '../look/canaries.ts';
import { EndWatch } from '../look/end-watch.ts';
import { explainJob } from '../look/explain-job.ts';
import { readFailures } from '../look/failure-groups.ts';
import { getJob } from '../look/get-job.ts';
import { isFinished, type Job } from '../look/job.ts';
import { listJobs, MAX_PAGE_SIZE } from '../look/list-jobs.ts';
import { readQueueStats } from '../look/queue-stats.ts';
import { listSchedules } from '../look/schedules.ts';
import { readSources } from '../look/sources.ts';
import { listTasks } from '../look/tasks.ts';
import { MAX_SEARCH_MS, withinTime } from '../look/within-time.ts';
import { listWorkers } from '../look/workers.ts';
import { checkFilter, mistake } from './check-filter.ts';
import type { Connections } from './connections.ts';
import type { Howdah } from './howdah.ts';

const PAGE_SIZE = 50;

/** A server that restarts is back in seconds. */
const AGAIN_AFTER_MS = 500;

export type Reader = Pick<
  Howdah,
  | 'get'
  | 'find'
  | 'wait'
  | 'explain'
  | 'failures'
  | 'canaries'
  | 'queues'
  | 'sources'
  | 'tasks'
  | 'schedules'
  | 'workers'
  | 'brokers'
>;

/** What looks and changes nothing. @param closing ends what waits */
export function createReader(connections: Connections, closing: AbortSignal): Reader {
  const read = <T>(work: (client: SqlClient) => Promise<T>) =>
    translatingErrors(() => connections.read(work));
  const get = (id: string) => read((client) => getJob(client, id));
  const query = async (text: string, values: unknown[]) => ({
    rows: await read((client) => queryRows(client, text, values)),
  });
  const watch = new EndWatch({ query }, { slowsDown: true });
  return {
    get,
    async find(filter = {}, { limit = PAGE_SIZE, beforeId } = {}) {
      checkFilter(filter);
      checkLimit(limit);
      const list = (tx: SqlClient) => listJobs(tx, filter, { limit, beforeId });
      return translatingErrors(() => connections.use((pool) => withinTime(pool, MAX_SEARCH_MS, list)));
    },
    async wait(id, { timeoutMs, signal } = {}) {
      const timeout = timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)];
      const limit = AbortSignal.any([closing, ...timeout, ...(signal ? [signal] : [])]);
      let job = there(await get(id), id);
      while (!isFinished(job.state)) {
        job = await outliving(limit, async () => {
          await watch.untilEnd(id, { signal: limit });
          limit.throwIfAborted();
          return there(await get(id), id, 'ended, and is not kept');
        });
      }
      return job;
    },
    explain: (id) => read((client) => explainJob(client, id)),
    failures: (range) => read((client) => readFailures(client, range)),
    canaries: (failure) => read((client) => readCanaries(client, failure)),
    queues: () => read(readQueueStats),
    sources: () => read(readSources),
    tasks: () => read(listTasks),
    schedules: () => read(listSchedules),
    workers: () => read(listWorkers),
    brokers: () => read(readBrokers),
  };
}

/** @throws {HowdahError} `invalid_request`, as over HTTP */
function checkLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE_SIZE) return;
  throw mistake('limit', `expected a whole number 1 to ${MAX_PAGE_SIZE}, received ${limit}`);
}

/** What `look` returns, tried again while the database is away. @throws the reason of `signal` */
async function outliving<T>(signal: AbortSignal, look: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await look();
    } catch (error) {
      signal.throwIfAborted();
      if (!isDatabaseUnavailable(error)) throw error;
      await delay(AGAIN_AFTER_MS, undefined, { signal }).catch(() => {});
    }
  }
}

/** @throws {HowdahError} `job_not_found` */
function there(job: Job | undefined, id: string, what = 'is not there'): Job {
  if (job) return job;
  throw new HowdahError('job_not_found', { detail: `Job ${id} ${what}` });
}
