import type { Database } from '../../db/database.ts';
import { HowdahError } from '../../errors.ts';
import { FINISHED_STATES, type JobState, LIVE_STATES } from '../../look/job.ts';
import type { JobFilter } from '../../look/job-filter.ts';
import { readQueueStats } from '../../look/queue-stats.ts';
import { withinTime } from '../../look/within-time.ts';
import { countJobs } from '../../operate/bulk.ts';
import { type Search, withState } from './read-search.ts';

/** Counted no further: a tab then says that there are more. */
export const MOST_COUNTED = 10_000;

/** All tabs together; a state that was not counted by then has no number. */
const BUDGET_MS = 400;
const KEPT_MS = 3_000;
const MOST_KEPT = 100;

/** Jobs in each state, up to MOST_COUNTED + 1; a state that could not be counted in time is not in it. */
export type StateCounts = ReadonlyMap<JobState, number>;

interface Reading {
  at: number;
  counts: Promise<StateCounts>;
}

/** Counts what fits by state. Those who ask for the same within 3 s are given the same, so that many viewers cost what one does. */
export function createStateCounter(db: Database): (search: Search) => Promise<StateCounts> {
  const known = new Map<string, Reading>();
  return ({ text, filter: { states: _, ...filter } }) => {
    // By its text, as a time ago is another instant each time; and by whether its payload is asked for, as viewers do not.
    const name = `${filter.payloadContains === undefined} ${withState(text, undefined)}`;
    const before = known.get(name);
    if (before && performance.now() - before.at < KEPT_MS) return before.counts;
    if (known.size >= MOST_KEPT) known.clear();
    const reading = { at: performance.now(), counts: countStates(db, filter) };
    reading.counts.catch(() => known.delete(name));
    known.set(name, reading);
    return reading.counts;
  };
}

async function countStates(db: Database, filter: JobFilter): Promise<StateCounts> {
  const counts = new Map<JobState, number>(isByQueue(filter) ? await readLive(db, filter) : []);
  const endAt = performance.now() + BUDGET_MS;
  for (const state of [...LIVE_STATES, ...FINISHED_STATES]) {
    if (counts.has(state)) continue;
    const leftMs = Math.ceil(endAt - performance.now());
    if (leftMs <= 0) break;
    const count = await countState(db, { ...filter, states: [state] }, leftMs);
    if (count !== undefined) counts.set(state, count);
  }
  return counts;
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

async function countState(db: Database, filter: JobFilter, limitMs: number): Promise<number | undefined> {
  try {
    return await withinTime(db, limitMs, (tx) => countJobs(tx, filter, MOST_COUNTED + 1));
  } catch (error) {
    // Too long, or there is no such queue or task, of which the list tells.
    if (error instanceof HowdahError) return undefined;
    throw error;
  }
}
