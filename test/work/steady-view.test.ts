import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { SteadyView } from '../../src/work/fleet/steady-view.ts';

let now: number;
let aheadMs: number;
let view: SteadyView;

beforeEach(() => {
  now = 1_000_000;
  aheadMs = 250;
  view = new SteadyView(() => now);
});

/** @param clockAheadMs by so much the database's clock is ahead of this process's then */
function look(clockAheadMs = aheadMs): boolean {
  aheadMs = clockAheadMs;
  return view.isTheirs(now + aheadMs);
}

/** With a heartbeat each second. */
function live(seconds: number): void {
  for (let second = 0; second < seconds; second++) {
    now += 1_000;
    view.beat();
  }
}

test('a process that has just started, and one that beats each second, takes the silence of others for theirs', () => {
  assert.equal(look(), true);
  for (let turn = 0; turn < 20; turn++) {
    live(1);
    assert.equal(look(), true);
  }
  live(20); // a rescue takes its time
  assert.equal(look(), true);
});

const DISTURBANCES: readonly [string, () => boolean][] = [
  [
    'a heartbeat was not answered in time',
    () => {
      now += 3_001;
      return look();
    },
  ],
  [
    'the first answer to one in a while',
    () => {
      now += 3_001;
      view.beat();
      return look();
    },
  ],
  [
    'its own session was lost',
    () => {
      view.disturb();
      return look();
    },
  ],
  ['the clock of the server was set ahead', () => look(60_000)],
  ['the clock of the server was set back', () => look(-60_000)],
];

for (const [what, disturb] of DISTURBANCES) {
  test(`after ${what}, others have five seconds to be heard`, () => {
    live(1);
    look();
    assert.equal(disturb(), false);
    view.beat();
    live(4);
    assert.equal(look(), false);
    live(1);
    assert.equal(look(), true);
  });
}

test('as long as no heartbeat of its own is answered, it judges nobody', () => {
  live(1);
  for (let second = 1; second < 30; second++) {
    now += 1_000;
    assert.equal(look(), second <= 3);
  }
});
