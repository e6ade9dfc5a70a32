import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../db/database.ts';
import { LOCK_NOT_AVAILABLE, sqlStateOf } from '../../db/sql-state.ts';
import { HowdahError } from '../../errors.ts';
import { FINISHED_STATES, type JobState, LIVE_STATES } from '../../look/job.ts';
import type { JobFilter } from '../../look/job-filter.ts';
import { readQueueStats } from '../../look/queue-stats.ts';
import { withinTime } from '../../look/within-time.ts';
import { countJobs } from '../../operate/bulk.ts';
import { type Search, withState } from './read-search.ts';

/** Counted no further: a tab then says that there are more. */
export const MOST_COUNTED = 10_000;

/** A state that takes longer to count has no number. */
const STATE_MS = 150;
/** A page does not wait longer for all; it shows those that are known, and the rest when it is drawn anew. */
const WAIT_MS = 200;
/** Counts are kept for so long, and so many times as long as they took: they cost the database a twentieth at most. */
const KEPT_MS = 3_000;
const KEPT_TIMES = 20;
const MOST_KEPT = 100;

/** Jobs in each state, up to MOST_COUNTED + 1; a state that could not be counted in time is not in it. */
export type StateCounts = ReadonlyMap<JobState, number>;

interface Reading {
  counts: Map<JobState, number>;
  whole: Promise<void>;
  /** Milliseconds of `performance.now`. */
  keptUntil: number;
}

/** Counts what fits by state. Those who ask for the same are given the same, so that many viewers cost what one does. */
export function createStateCounter(db: Database): (search: Search) => Promise<StateCounts> {
  const known = new Map<string, Reading>();
  return async ({ text, filter: { states: _, ...filter } }) => {
    // By its text, as a time ago is another instant each time; and by whether its payload is asked for, as viewers do not.
    const name = `${filter.payloadContains === undefined} ${withState(text, undefined)}`;
    let reading = known.get(name);
    if (!reading || performance.now() > reading.keptUntil) {
      if (known.size >= MOST_KEPT) known.clear();
      reading = beginCount(db, filter);
      reading.whole.catch(() => known.delete(name));
      known.set(name, reading);
    }
    await Promise.race([reading.whole, sleep(WAIT_MS, undefined, { ref: false })]);
    return reading.counts;
  };
}

function beginCount(db: Database, filter: JobFilter): Reading {
  const counts = new Map<JobState, number>();
  const beganAt = performance.now();
  const whole = countStates(db, filter, counts).finally(() => {
    const now = performance.now();
    reading.keptUntil = now + Math.max(KEPT_MS, KEPT_TIMES * (now - beganAt));
  });
  const reading: Reading = { counts, whole, keptUntil: Number.POSITIVE_INFINITY };
  return reading;
}

async function countStates(db: Database, filter: JobFilter, counts: Map<JobState, number>): Promise<void> {
  for (const [state, count] of isByQueue(filter) ? await readLive(db, filter) : []) counts.set(state, count);
  for (const state of [...LIVE_STATES, ...FINISHED_STATES].filter((each) => !counts.has(each))) {
    const count = await countState(db, { ...filter, states: [state] });
    if (count !== undefined) counts.set(state, count);
  }
}

function isByQueue({ queue: _, ...others }: JobFilter): boolean {
  return Object.values(others).every((value) => value === undefined);
}

/** What the statistics of the queues say, in milliseconds at any number of jobs; nothing where there are few enough to count. */
async function readLive(db: Database, { queue }: JobFilter): Promise<[JobState, number][]> {
  const queues = (await readQueueStats(db)).filter((each) => queue === undefined || each.queue === queue);
  const counts = LIVE_STATES.map((state): [JobState, number] => [
    state,
    queues.reduce((sum, each) => sum + each[`${state}Count`], 0),
  ]);
  const whole = counts.reduce((sum, [, n]) => sum + n, 0);
  return whole > MOST_COUNTED ? counts : [];
}

/** Undefined when it takes too long. Where there is no such queue or task there is no job; the list says so. */
async function countState(db: Database, filter: JobFilter): Promise<number | undefined> {
  try {
    return await withinTime(db, STATE_MS, (tx) => countJobs(tx, filter, MOST_COUNTED + 1));
  } catch (error) {
    if (sqlStateOf(error) === LOCK_NOT_AVAILABLE) return undefined;
    if (!(error instanceof HowdahError) || error.status >= 500) throw error;
    return error.code === 'unknown_queue' || error.code === 'unknown_task' ? 0 : undefined;
  }
}
