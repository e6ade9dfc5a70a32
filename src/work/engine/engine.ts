import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type Runner as GraphileRunner, run, type TaskList, type WorkerEvents } from 'graphile-worker';
import type { ClientBase, Pool, QueryConfig, QueryResult } from 'pg';
import { queueSchema } from '../../db/schema/queue-schema.ts';
import type { Logger } from '../../observability/logger.ts';
import { distrustNews } from './distrust-news.ts';
import { createEngineLogger } from './engine-logger.ts';
import { freesLanes, isFetch, type RunEnd, readEnds, returnedCount } from './engine-statement.ts';
import { Fetching, type FetchingOptions, type FetchingQueue, HELD_MS } from './fetching.ts';
import { gatePool } from './gated-pool.ts';
import { MAX_FETCH } from './prefetch.ts';

/** How long finished jobs are gathered before one statement ends them all; longer gains little and risks repeats. */
const BATCH_DELAY_MS = 2;

/** Completions of runs that ended just before the engine fell silent are flushed well within this. */
const FLUSH_MS = 200;

/** What the last batches of completions get after the last run; far more than a statement takes. */
const LAST_BATCH_MS = 5_000;

/**
 * How often an idle runner looks for jobs whose time has come: nobody announces those. Costs one index probe of 0.1 ms
 * each time; the engine's own default is 2 s.
 */
const POLL_MS = 500;

export interface EngineOptions extends FetchingOptions {
  queue: string;
  concurrency: number;
  tasks: TaskList;
  log: Logger;
  /** Does what the engine's statement would, which ends these runs; never rejects. */
  writeEnds: (statement: QueryConfig, ends: readonly RunEnd[]) => Promise<Pick<QueryResult, 'rows'>>;
  /** Told the name under which jobs will be locked; nothing is fetched before it resolves. */
  onPool: (poolId: string) => Promise<void>;
  /** Told of the session that listens for jobs: before it does, and when it no longer will. */
  listening: { begin(client: ClientBase): void; end(client: ClientBase): void };
  /** The engine takes no more jobs, by stop() or, with the cause, by itself. */
  onLeaving: (cause: Error | undefined) => void;
}

/** A graphile-worker pool at work. */
export interface Engine {
  /** Takes no more jobs, gives prefetched ones back, resolves once the running ones ended. Never rejects. */
  stop(): Promise<void>;
  /** Resolves, after the engine left, once no fetch or completion is on its way. */
  untilQuiet(): Promise<void>;
}

/** The part of the engine's local queue that tells what is under way, and that ends it. */
interface LocalQueueState extends FetchingQueue {
  backgroundCount: number;
  decreaseBackgroundCount(): void;
  release(): Promise<void>;
}

/** What an engine has told of itself. */
interface Course {
  localQueue: LocalQueueState | undefined;
  /** It was told to stop: that it takes no more jobs is no news. */
  isStopping: boolean;
  /** No run of its is under way any more. */
  readonly workersEnded: Promise<void>;
}

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { log, onLeaving } = options;
  const events: WorkerEvents = new EventEmitter();
  const course = followCourse(options, events);
  const graphile = await runGraphile(options, events);
  graphile.promise.catch(onLeaving);
  return {
    stop() {
      course.isStopping = true;
      return stopGraphile(graphile, course.workersEnded, log);
    },
    async untilQuiet() {
      while (course.localQueue && course.localQueue.backgroundCount > 0) await delay(10);
      await delay(FLUSH_MS);
    },
  };
}

function followCourse(options: EngineOptions, events: WorkerEvents): Course {
  const { pool, queue, log, listening, onLeaving } = options;
  const fetching = new Fetching(options);
  const ended = Promise.withResolvers<void>();
  const course: Course = { localQueue: undefined, isStopping: false, workersEnded: ended.promise };
  gateStatements(options, { events, fetching });
  events.on('localQueue:init', (event) => {
    course.localQueue = event.localQueue as unknown as LocalQueueState;
    trackReturn(course.localQueue, log);
    fetching.watch(course.localQueue, events);
  });
  events.on('pool:listen:success', ({ client }) => {
    distrustNews(client, { queue });
    listening.begin(client);
    void catchUp(pool, log);
  });
  events.on('pool:listen:release', ({ client }) => listening.end(client));
  events.on('pool:gracefulShutdown', ({ message }) => {
    if (!course.isStopping) onLeaving(new Error(message));
  });
  events.on('pool:gracefulShutdown:complete', () => ended.resolve());
  events.on('pool:gracefulShutdown:error', () => ended.resolve());
  return course;
}

/** Has ends of runs written, and jobs fetched, as the options say; nothing is sent before the engine's pool has its name. */
function gateStatements(
  { pool, tally, writeEnds, onPool, onLeaving }: EngineOptions,
  { events, fetching }: { events: WorkerEvents; fetching: Fetching },
): void {
  let isNamed: Promise<void> = Promise.resolve();
  events.on('pool:create', ({ workerPool }) => {
    isNamed = onPool(workerPool.id);
    isNamed.catch(onLeaving);
  });
  gatePool(pool, {
    opened: () => isNamed,
    answer(statement) {
      const ends = readEnds(statement);
      if (ends) {
        const written = writeEnds(statement, ends);
        if (freesLanes(statement)) void written.then(() => fetching.lookAgain());
        return written;
      }
      if (isFetch(statement)) return fetching.fetch(statement);
      const count = returnedCount(statement);
      return count === undefined ? undefined : tally.returning(pool.query(statement), count);
    },
  });
}

function runGraphile({ pool, queue, concurrency, tasks, log }: EngineOptions, events: WorkerEvents) {
  return run({
    pgPool: pool,
    events,
    schema: queueSchema(queue),
    concurrency,
    taskList: tasks,
    noHandleSignals: true,
    parsedCronItems: [], // its clock is this machine's; schedules/scheduler.ts enqueues by the database's
    logger: createEngineLogger(log),
    preset: {
      worker: {
        pollInterval: POLL_MS,
        localQueue: { size: Math.max(MAX_FETCH, concurrency), ttl: HELD_MS },
        completeJobBatchDelay: BATCH_DELAY_MS,
        failJobBatchDelay: BATCH_DELAY_MS,
      },
    },
  });
}

/**
 * The engine's local queue refuses to track the return of its prefetched jobs when nothing else is under way at its
 * release (0.18.0, `background` in localQueue.js): release() then fails, nobody waits for the return, and a failure of
 * that is a stray rejection. Counting the release itself as under way makes it wait. What cannot be returned is given
 * back when the runner is ended in the register.
 */
function trackReturn(localQueue: LocalQueueState, log: Logger): void {
  const release = localQueue.release.bind(localQueue);
  localQueue.release = async () => {
    localQueue.backgroundCount++;
    const released = release();
    localQueue.decreaseBackgroundCount();
    await released.catch((err: unknown) =>
      log.warn({ err }, 'prefetched jobs will be given back by the register'),
    );
  };
}

/**
 * Resolves once the engine has ended, or has had its time to end its last batches after its workers did. It may never
 * say that it has: when two batches of completions fail at once, its count of pending ones goes below zero and the
 * release waits for a zero that does not come (0.18.0, `batch` in main.js). What such a batch held is given back when
 * the runner is ended in the register.
 */
async function stopGraphile(
  graphile: GraphileRunner,
  workersEnded: Promise<void>,
  log: Logger,
): Promise<void> {
  const ended = graphile
    .stop()
    .catch((err: unknown) => log.debug({ err }, 'engine was stopping already'))
    .then(() => graphile.promise)
    .catch(() => {});
  const patience = new AbortController();
  const outOfPatience = workersEnded
    .then(() => delay(LAST_BATCH_MS, undefined, { signal: patience.signal }))
    .then(() => log.warn('the engine did not say that it ended, going on without'))
    .catch(() => {});
  await Promise.race([ended, outOfPatience]);
  patience.abort();
}

/**
 * Wakes the runners once more when listening begins: a job committed between the latest fetch and the LISTEN (at start,
 * or while the listening connection was down) was announced to nobody.
 */
async function catchUp(pool: Pool, log: Logger): Promise<void> {
  try {
    await pool.query('select howdah.announce_jobs(1)');
  } catch (err) {
    log.warn({ err }, 'could not look for jobs announced before listening; the next poll will');
  }
}
