import { setTimeout as sleep } from 'node:timers/promises';
import type { DueWatch } from './due-watch.ts';
import type { TakenJobs } from './lease.ts';

/** A lease is renewed so many times in its duration while its worker waits. */
const RENEWALS = 3;

/** A queue may say that it has jobs, and have none for this worker: of other tasks, or beyond its fleet concurrency. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

export interface TakeWithin {
  watch: DueWatch;
  /** How long to wait for jobs, in milliseconds. */
  waitMs: number;
  /** The worker is gone, or the service stops. */
  signal: AbortSignal;
}

/**
 * The first jobs there are, or none when the time is up or the signal fires. The lease lives meanwhile. When the database cannot be
 * asked any more it is none as well, rather than an error: the worker learns of the lease that it has by this, and asks again.
 *
 * @param taken what a first try found
 * @param take tries again
 */
export async function takeWithin(
  taken: TakenJobs,
  take: (lease: string) => Promise<TakenJobs>,
  { watch, waitMs, signal }: TakeWithin,
): Promise<TakenJobs> {
  const until = performance.now() + waitMs;
  let pauseMs = 0;
  let latest = taken;
  for (;;) {
    const leftMs = until - performance.now();
    if (latest.jobs.length > 0 || leftMs <= 0 || signal.aborted) return latest;
    await pause(Math.min(pauseMs, leftMs), signal);
    const { queue, lease_ms: leaseMs, id } = latest.lease;
    const limitMs = Math.min(leftMs, leaseMs / RENEWALS);
    const beganAt = performance.now();
    const isLost = await watch.untilDue(queue, { waitMs: limitMs, signal }).then(
      () => false,
      () => true,
    );
    if (isLost || signal.aborted) return latest;
    const wasDue = performance.now() - beganAt < limitMs;
    pauseMs = wasDue ? Math.min(LONGEST_PAUSE_MS, pauseMs * 2 + FIRST_PAUSE_MS) : 0;
    latest = await take(id);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => {});
}
