import assert from 'node:assert/strict';
import { type Due, isRunning, type JobModel } from './job-model.ts';
import type { QueueModel } from './queue-model.ts';
import type { Micros, Snapshot } from './snapshot.ts';

/** Instants of one statement differ by the grain of the clock and by now() against clock_timestamp(). */
const GRAIN_US = 1;

/**
 * Fails unless the database is exactly what the model says it must be. The model then takes over the instants it could
 * only tell a range for.
 */
export function assertModelled(model: QueueModel, actual: Snapshot): void {
  assert.deepEqual(described(actual), expected(model));
  const span = { from: model.last?.clock ?? 0, to: actual.clock };
  for (const row of actual.live) {
    const job = model.get(row.id);
    job.due = settle(job.due, row.runAt, { span, what: `run_at of job ${row.id}` });
    const { debouncedSince } = row;
    assert.equal(debouncedSince === null, job.debouncedSince === null, `job ${row.id} is debounced`);
    if (job.debouncedSince === null) continue;
    const what = `first debounced enqueue of job ${row.id}`;
    job.debouncedSince = settle(job.debouncedSince, debouncedSince ?? Number.NaN, { span, what });
  }
  for (const { jobId, isParked, wantedAt } of actual.sequenceJobs) {
    const { parked } = model.get(jobId);
    assert.equal(isParked, parked !== null, `job ${jobId} is parked`);
    if (parked?.wanted === undefined) continue;
    const what = `wanted run_at of job ${jobId}`;
    parked.wanted = settle(parked.wanted, wantedAt ?? Number.NaN, { span, what });
  }
  model.last = actual;
}

function settle(
  due: Due,
  actual: Micros,
  { span, what }: { span: { from: Micros; to: Micros }; what: string },
): Micros {
  const bound = (at: Micros) => {
    if (typeof due === 'number') return due;
    return Math.min(Math.max(at, due.atLeast ?? 0), due.atMost ?? Number.POSITIVE_INFINITY);
  };
  const earliest = bound(typeof due === 'number' ? due : span.from + due.fromMs * 1000);
  const latest = bound(typeof due === 'number' ? due : span.to + due.toMs * 1000);
  const isWithin = actual >= earliest - GRAIN_US && actual <= latest + GRAIN_US;
  assert.ok(isWithin, `${what}: expected ${earliest} to ${latest}, is ${actual}`);
  return actual;
}

/** The snapshot, but for instants, in an order of its own. */
function described(actual: Snapshot) {
  return {
    live: byId(
      actual.live.map(({ runAt: _, debouncedSince: __, unique, ...row }) => ({
        ...row,
        isUnique: unique !== null,
      })),
    ),
    finished: byId(actual.finished),
    errors: actual.errors,
    cancelled: actual.cancelled,
    uniqueLocks: actual.uniqueLocks.map(({ jobId, isExpired }) => ({ jobId, isExpired })).sort(byJob),
    sequenceJobs: actual.sequenceJobs
      .map(({ jobId, sequence, isParked }) => ({ jobId, sequence, isParked }))
      .sort(byJob),
    sequences: actual.sequences,
    wakeups: actual.wakeups,
    starts: actual.starts,
    paused: actual.paused,
  };
}

function expected(model: QueueModel): ReturnType<typeof described> {
  const jobs = [...model.jobs.values()];
  const live = model.live();
  const inSequence = live.flatMap(({ id, sequence, parked }) =>
    sequence === null ? [] : [{ jobId: id, sequence, isParked: parked !== null }],
  );
  return {
    live: byId(live.map(liveRow)),
    finished: byId(jobs.filter(({ state }) => state !== 'live' && state !== 'gone').map(finishedRow)),
    errors: Object.fromEntries(
      jobs.filter(({ errors }) => errors.length > 0).map(({ id, errors }) => [id, errors]),
    ),
    cancelled: Object.fromEntries(
      live.filter(isRunning).flatMap(({ id, cancelled }) => (cancelled ? [[id, cancelled.reason]] : [])),
    ),
    uniqueLocks: [...model.uniqueLocks.values()].map((lock) => ({ ...lock })).sort(byJob),
    sequenceJobs: inSequence.sort(byJob),
    sequences: [...new Set(inSequence.map(({ sequence }) => sequence))].sort(),
    wakeups: [],
    starts: Object.fromEntries(model.starts),
    paused: [...model.paused].sort(),
  };
}

function liveRow({ id, queue, task, attempts, maxAttempts, priority, owner, ...job }: JobModel) {
  const { lastError, key, deaths, sequence, uniqueKey } = job;
  const isUnique = uniqueKey !== null;
  return {
    id,
    queue,
    task,
    attempts,
    maxAttempts,
    priority,
    owner,
    lastError,
    key,
    deaths,
    sequence,
    isUnique,
  };
}

function finishedRow({ id, queue, state, attempts, maxAttempts, owner, lastError, key }: JobModel) {
  return { id, queue, state, attempts, maxAttempts, worker: owner, lastError, key };
}

function byId<T extends { id: string }>(rows: T[]): T[] {
  return rows.sort((a, b) => Number(a.id) - Number(b.id));
}

function byJob(a: { jobId: string }, b: { jobId: string }): number {
  return Number(a.jobId) - Number(b.jobId);
}
