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
function look(afterMs: number, clockAheadMs = aheadMs): boolean {
  now += afterMs;
  aheadMs = clockAheadMs;
  return view.isTheirs(now + aheadMs);
}

test('a process that has just started, and one that looks each second, takes the silence of others for theirs', () => {
  assert.equal(look(0), true);
  for (let turn = 0; turn < 20; turn++) assert.equal(look(1_000), true);
});

const DISTURBANCES: readonly [string, () => boolean][] = [
  ['the server did not answer', () => look(3_001)],
  [
    'its own session was lost',
    () => {
      view.disturb();
      return look(0);
    },
  ],
  ['the clock of the server was set ahead', () => look(1_000, 60_000)],
  ['the clock of the server was set back', () => look(1_000, -60_000)],
  ['this machine slept, and the server went on', () => look(1, 30_000)],
];

for (const [what, disturb] of DISTURBANCES) {
  test(`after ${what}, others have five seconds to be heard`, () => {
    look(0);
    look(1_000);
    assert.equal(disturb(), false);
    for (let turn = 0; turn < 4; turn++) {
      now += 1_000;
      view.answered();
    }
    assert.equal(look(0), false);
    assert.equal(look(1_000), true);
  });
}

test('answers to heartbeats show that the server is there while a rescue takes its time', () => {
  look(0);
  for (let turn = 0; turn < 10; turn++) {
    now += 1_000;
    view.answered();
  }
  assert.equal(look(0), true);
});
