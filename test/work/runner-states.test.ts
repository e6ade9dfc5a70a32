import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { RunnerState } from '../../src/work/fleet/member-messages.ts';
import type { BeatAnswer } from '../../src/work/fleet/registry.ts';
import { RunnerStates } from '../../src/work/fleet/runner-states.ts';

let asked: number[];
let states: RunnerStates;

beforeEach(() => {
  asked = [];
  states = new RunnerStates((ask) => asked.push(ask));
});

const state = (maxRunning: number | null): RunnerState => ({
  token: 'a',
  maxRunning,
  isLeaving: false,
  unrecorded: [],
  trouble: null,
  isStalled: false,
  abandoned: [],
  gates: [],
});
const answer = (maxRunning: number | null): BeatAnswer => ({
  token: 'a',
  isPaused: false,
  maxRunning,
  share: maxRunning,
  cancelled: [],
});

/** What is told of the runner when its process answers, or does not. */
async function beat(told?: RunnerState): Promise<readonly RunnerState[]> {
  const current = states.current();
  if (told) states.tell(asked.at(-1) ?? 0, [told]);
  return current;
}

test('a process that answers speaks for itself, and is told what the database said', async () => {
  assert.deepEqual(await beat(state(2)), [state(2)]);
  assert.equal(states.handOver([answer(5)]), true);
  assert.deepEqual(await beat(state(4)), [state(4)]);
});

test('one that is blocked may have applied the answer it was given last, and so may do what that allows', async () => {
  await beat(state(2));
  states.handOver([answer(5)]);
  assert.deepEqual(await beat(), [state(5)]);
  assert.equal(states.handOver([answer(9)]), false, 'what comes while it is blocked is kept from it');
  assert.deepEqual(await beat(), [state(5)]);
});

test('one that is blocked may not yet have applied an answer that allows less', async () => {
  await beat(state(5));
  states.handOver([answer(1)]);
  assert.deepEqual(await beat(), [state(5)]);
});

test('no limit is more than any, from either side', async () => {
  await beat(state(2));
  states.handOver([answer(null)]);
  assert.deepEqual(await beat(), [state(null)]);
  await beat(state(null));
  states.handOver([answer(3)]);
  assert.deepEqual(await beat(), [state(null)]);
});

test('a word that comes too late is not taken for the answer to a later question', async () => {
  await beat(state(3));
  states.handOver([answer(1)]);
  await beat();
  const late = asked.at(-1) ?? 0;
  const current = states.current();
  states.tell(late, [state(7)]);
  assert.deepEqual(await current, [state(3)]);
});
