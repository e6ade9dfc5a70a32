import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { arbitraryMove, type Weights } from './arbitrary-moves.ts';
import { assertLives, assertSequences, installAudit, readAudit } from './audit.ts';
import { Crowd } from './crowd.ts';
import { assertKept, assertSound } from './invariants.ts';
import { replayed } from './replay.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';
import { type RunnerName, Stage } from './stage.ts';

const ROUNDS = 3;
const ROUND_MS = 2_500;
const MOVES = 2_000;

/** A sequence runs one job a round; none gets nearly as long. */
const MAX_DRAIN_ROUNDS = 300;

const WEIGHTS: Weights = {
  enqueue: 40,
  succeed: 4,
  fetch: 40,
  end: 40,
  speakAsGhost: 4,
  beat: 4,
  release: 1,
  releaseLeftovers: 1,
  unlockByHand: 1,
  cancel: 6,
  cancelAll: 1,
  discard: 2,
  retry: 6,
  runNow: 3,
  reschedule: 3,
  pause: 1,
  resume: 6,
};

let stage: Stage;

before(async () => {
  stage = await Stage.open();
});

after(() => stage.close());

/** Looks at the database all the while. */
async function watch(crowd: Crowd, isOver: () => boolean): Promise<void> {
  const client = await stage.connect();
  while (!isOver()) {
    const kept = [...crowd.kept];
    const now = await takeSnapshot(client);
    assertSound(now);
    assertKept(now, kept);
  }
}

/** What is left is run to its end; what that does not end is stuck. */
async function drain(crowd: Crowd): Promise<Snapshot> {
  const { operator } = stage;
  await operator.query('select howdah.resume_all()');
  const { rows } = await operator.query<{ token: string }>(
    `select token, howdah.retire_runner(token, 'stopped') from howdah.runners where released_at is null`,
  );
  for (const { token } of rows) await operator.query('select howdah.release_runner($1)', [token]);
  const runners = await Promise.all((['A', 'C'] as const).map((name) => stage.addRunner(name)));
  for (let round = 0; round < MAX_DRAIN_ROUNDS; round++) {
    await operator.query('select howdah.promote_waiting_sequences()');
    for (const runner of runners) {
      const schema = runner.queue === 'default' ? 'graphile_worker' : 'graphile_worker_critical';
      await operator.query(
        `update ${schema}._private_jobs set run_at = now() where run_at > now() and isfinite(run_at)`,
      );
      const jobs = await runner.fetch(50);
      await runner.say((engine) => engine.complete(jobs));
    }
    const now = await takeSnapshot(operator);
    assertSound(now);
    assertKept(now, crowd.kept);
    if (now.live.length === 0) return now;
  }
  assert.fail(`jobs are stuck: ${JSON.stringify((await takeSnapshot(operator)).live)}`);
}

/** Three act on their own for a while; then everything is looked at. */
async function play(seed: number): Promise<Crowd> {
  await stage.reset();
  await installAudit(stage.operator);
  const crowd = await Crowd.create(stage);
  const over = AbortSignal.timeout(ROUND_MS);
  const names: RunnerName[] = ['A', 'B', 'C'];
  const isOver = () => over.aborted;
  await Promise.all([
    ...names.map((name, index) =>
      crowd.act(name, fc.sample(arbitraryMove(WEIGHTS), { seed: seed + index, numRuns: MOVES }), isOver),
    ),
    watch(crowd, isOver),
  ]);
  const end = await drain(crowd);
  const audit = await readAudit(stage.operator);
  assertLives(audit, crowd.revivals);
  assertSequences(audit);
  const leftovers = [end.uniqueLocks, end.sequenceJobs, end.sequences, end.wakeups];
  assert.deepEqual(leftovers, [[], [], [], []]);
  assert.deepEqual(end.cancelled, {});
  return crowd;
}

test('whatever three do at the same time, no job is lost, doubled, stuck, or run by two or out of order', async (t) => {
  const met = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const { seed = Math.trunc(Math.random() * 2 ** 31) } = replayed();
    t.diagnostic(`round ${round + 1}; the same moves again, if not in the same order: MODEL_REPLAY=${seed}`);
    const crowd = await play(seed);
    for (const [what, count] of crowd.met) met.set(what, (met.get(what) ?? 0) + count);
  }
  t.diagnostic([...met].map(([what, count]) => `${what} ${count}`).join(', '));
});
