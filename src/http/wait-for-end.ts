import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../db/database.ts';
import { getJobState } from '../inspect/get-job.ts';
import { isFinished } from '../inspect/job.ts';

const FIRST_POLL_MS = 50;
const LONGEST_POLL_MS = 500;

/**
 * Resolves when the job has ended or is gone, when the time is up, or when nobody waits any more. Looks at its state by
 * primary key, first after 50 ms and later twice a second; no connection is held in between.
 */
export async function waitForEnd(
  db: Database,
  id: string,
  { waitMs, signal }: { waitMs: number; signal: AbortSignal },
): Promise<void> {
  const deadline = performance.now() + waitMs;
  for (let pollMs = FIRST_POLL_MS; !signal.aborted; pollMs = Math.min(pollMs * 1.5, LONGEST_POLL_MS)) {
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) return;
    const state = await getJobState(db, id);
    if (state === undefined || isFinished(state)) return;
    await sleep(Math.min(pollMs, leftMs), undefined, { signal }).catch(() => {});
  }
}
