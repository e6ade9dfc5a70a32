import { setTimeout as delay } from 'node:timers/promises';
import { translatingErrors } from '../db/command-error.ts';
import { isDatabaseUnavailable } from '../db/is-database-unavailable.ts';
import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { HowdahError } from '../errors.ts';
import { readBrokers } from '../look/brokers.ts';
import { readCanaries } from '../look/canaries.ts';
import { EndWatch } from '../look/end-watch.ts';
import { explainJob } from '../look/explain-job.ts';
import { type FailureRange, readFailures } from '../look/failure-groups.ts';
import { getJob } from '../look/get-job.ts';
import { isFinished, type Job } from '../look/job.ts';
import { listJobs, MAX_PAGE_SIZE } from '../look/list-jobs.ts';
import { readQueueStats } from '../look/queue-stats.ts';
import { listSchedules } from '../look/schedules.ts';
import { readSources } from '../look/sources.ts';
import { listTasks } from '../look/tasks.ts';
import { MAX_SEARCH_MS, withinTime } from '../look/within-time.ts';
import { listWorkers } from '../look/workers.ts';
import { checkFilter } from './check-filter.ts';
import { checkJobId, checkName, isJobId } from './check-name.ts';
import {
  checkOptions,
  integerMistake,
  type OptionChecks,
  signalMistake,
  wholeNumberMistake,
} from './check-options.ts';
import type { Connections } from './connections.ts';
import type { FindOptions, Howdah, WaitOptions } from './howdah.ts';

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
  const get = async (id: string) => {
    const job = checkJobId(id);
    return read((client) => getJob(client, job));
  };
  const query = async (text: string, values: unknown[]) => ({
    rows: await read((client) => queryRows(client, text, values)),
  });
  const watch = new EndWatch({ query }, { slowsDown: true });
  return {
    get,
    async find(filter = {}, options = {}) {
      checkFilter(filter);
      checkOptions(options, PAGE);
      const { limit = PAGE_SIZE, beforeId } = options;
      const list = (tx: SqlClient) => listJobs(tx, filter, { limit, beforeId });
      return translatingErrors(() => connections.use((pool) => withinTime(pool, MAX_SEARCH_MS, list)));
    },
    async wait(id, options = {}) {
      checkOptions(options, WAIT);
      const { timeoutMs, signal } = options;
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
    async explain(id) {
      const job = checkJobId(id);
      return read((client) => explainJob(client, job));
    },
    async failures(range = {}) {
      checkOptions(range, RANGE);
      return read((client) => readFailures(client, range));
    },
    async canaries(failure) {
      checkName(failure, 'failure');
      return read((client) => readCanaries(client, failure));
    },
    queues: () => read(readQueueStats),
    sources: () => read(readSources),
    tasks: () => read(listTasks),
    schedules: () => read(listSchedules),
    workers: () => read(listWorkers),
    brokers: () => read(readBrokers),
  };
}

const PAGE: OptionChecks<FindOptions> = {
  limit: wholeNumberMistake(1, MAX_PAGE_SIZE),
  beforeId: (value) => (isJobId(value) ? undefined : 'the nextBeforeId of another page'),
};

/** Longer timers end at once. */
const WAIT: OptionChecks<WaitOptions> = {
  timeoutMs: wholeNumberMistake(0, 2_147_483_647),
  signal: signalMistake,
};

const RANGE: OptionChecks<FailureRange> = {
  maxJobs: integerMistake,
  maxGroups: integerMistake,
};

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
