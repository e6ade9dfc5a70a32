import assert from 'node:assert/strict';
import type { LiveRow, Snapshot } from './snapshot.ts';

/**
 * What must be true of the database at every instant, whoever does what at the same time.
 *
 * @param expired jobs whose unique key's time was up while they lived: others may have it
 */
export function assertSound(now: Snapshot, expired: ReadonlySet<string> = new Set()): void {
  assertOnce(now);
  for (const job of now.live) {
    assert.ok(
      job.attempts <= job.maxAttempts,
      `job ${job.id}: attempt ${job.attempts} of ${job.maxAttempts}`,
    );
  }
  const unexpired = now.live.filter(({ id }) => !expired.has(id));
  assertSingle(unexpired, ({ unique }) => unique, 'hold one unique key');
  assertSingle(now.live, ({ key, queue, task }) => key && `${queue} ${task} ${key}`, 'have one key');
  const parked = new Set(now.sequenceJobs.filter(({ isParked }) => isParked).map(({ jobId }) => jobId));
  const released = now.live.filter(({ id }) => !parked.has(id));
  assertSingle(released, ({ sequence }) => sequence, 'are released of one sequence');
  for (const { id, owner } of now.live) assert.ok(!(parked.has(id) && owner), `parked job ${id} runs`);
}

/** Every one of these jobs is there. */
export function assertKept(now: Snapshot, committed: Iterable<string>): void {
  const ids = new Set([...now.live, ...now.finished].map(({ id }) => id));
  for (const id of committed) assert.ok(ids.has(id), `job ${id} is lost`);
}

/** What is over stays as it is; `revived` is the job that was retried meanwhile. */
export function assertTerminal(before: Snapshot, now: Snapshot, revived?: string): void {
  const rows = new Map(now.finished.map((job) => [job.id, job]));
  for (const job of before.finished) if (job.id !== revived) assert.deepEqual(rows.get(job.id), job);
}

/** A paused queue hands out nothing. */
export function assertHeld(before: Snapshot, now: Snapshot): void {
  const owners = new Map(before.live.map(({ id, owner }) => [id, owner]));
  for (const { id, queue, owner } of now.live) {
    if (before.paused.includes(queue) && owner)
      assert.equal(owners.get(id), owner, `job ${id} of a paused queue`);
  }
}

/** Of no effect. */
export function assertUnchanged(before: Snapshot, now: Snapshot): void {
  assert.deepEqual({ ...now, clock: 0 }, { ...before, clock: 0 });
}

function assertOnce({ live, finished }: Snapshot): void {
  const seen = new Set<string>();
  for (const { id } of [...live, ...finished]) {
    assert.ok(!seen.has(id), `job ${id} is there twice`);
    seen.add(id);
  }
}

function assertSingle(live: LiveRow[], groupOf: (job: LiveRow) => string | null, what: string): void {
  const holders = new Map<string, string>();
  for (const job of live) {
    const group = groupOf(job);
    if (group === null) continue;
    assert.ok(!holders.has(group), `jobs ${holders.get(group)} and ${job.id} ${what}: ${group}`);
    holders.set(group, job.id);
  }
}
