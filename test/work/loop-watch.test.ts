import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { endOfPatience } from '../../src/work/fleet/block-limit.ts';
import { LoopWatch, TICK_MS } from '../../src/work/fleet/loop-watch.ts';
import { RunsBoard, readBoard } from '../../src/work/fleet/runs-board.ts';

let now: number;
let ticks: Int32Array<SharedArrayBuffer>;
let seen: string[];
let watch: LoopWatch;

beforeEach(() => {
  now = 0;
  seen = [];
  ticks = new Int32Array(new SharedArrayBuffer(4));
  watch = new LoopWatch({
    ticks,
    now: () => now,
    onBlocked: (sinceMs) => seen.push(`blocked since ${sinceMs}`),
    onFree: (sinceMs, untilMs) => seen.push(`free after ${untilMs - sinceMs}`),
  });
  watch.start();
  watch.stop();
});

/** Looks at intervals of a tick for so long, while the loop turns or not. */
function pass(ms: number, { isTurning }: { isTurning: boolean }): void {
  for (let passed = 0; passed < ms; passed += TICK_MS) {
    now += TICK_MS;
    if (isTurning) ticks[0] = (ticks[0] ?? 0) + 1;
    watch.look();
  }
}

test('a loop that turns, or stands still for less than a second, is not blocked', () => {
  pass(5_000, { isTurning: true });
  pass(750, { isTurning: false });
  pass(250, { isTurning: true });
  assert.deepEqual(seen, []);
  assert.equal(watch.blockedMs, undefined);
});

test('a loop that stands still for a second is blocked from when it last turned, until it turns again', () => {
  pass(500, { isTurning: true });
  pass(1_500, { isTurning: false });
  assert.deepEqual(seen, ['blocked since 500', 'blocked since 500', 'blocked since 500']);
  assert.equal(watch.blockedMs, 1_500);
  pass(250, { isTurning: true });
  assert.equal(seen.at(-1), 'free after 1750');
  assert.equal(watch.blockedMs, undefined);
});

test('when the whole process stood still, its loop was not blocked', () => {
  pass(500, { isTurning: true });
  now += 60_000;
  watch.look();
  assert.deepEqual(seen, []);
  pass(1_000, { isTurning: false });
  assert.deepEqual(seen, ['blocked since 60500']);
});

test('patience ends 10 s after the last limit of the runs, and after half an hour at most', () => {
  const run = (endsAt: number) => ({ jobId: '1', task: 'a', begunAt: 0, endsAt });
  assert.equal(endOfPatience([run(5_000), run(60_000)], 1_000), 70_000);
  assert.equal(endOfPatience([run(Number.POSITIVE_INFINITY)], 1_000), 1_801_000);
  assert.equal(endOfPatience([run(86_400_000)], 1_000), 1_801_000);
  assert.equal(endOfPatience([], 1_000), 1_801_000);
});

test('a board shows the runs that are under way, with their tasks and limits, and no more than it has places', () => {
  const board = new RunsBoard(2, ['mails', 'charges']);
  const first = board.enter('9007199254740993', 'charges', 5_000);
  board.enter('2', 'mails', 0);
  board.leave(board.enter('3', 'mails', 0));
  const runs = readBoard(structuredClone(board.shared));
  assert.deepEqual(
    runs.map(({ jobId, task, endsAt, begunAt }) => [jobId, task, endsAt - begunAt]),
    [
      ['2', 'mails', Number.POSITIVE_INFINITY],
      ['9007199254740993', 'charges', 5_000],
    ],
  );
  board.leave(first);
  assert.deepEqual(
    readBoard(board.shared).map(({ jobId }) => jobId),
    ['2'],
  );
});
