import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toldStates } from '../../src/work/engine/engine-statement.ts';

const JOBS = ['7', '8', '9'];

test('a batch of which all jobs were ended says so by their number', () => {
  const decidedOf = toldStates({ count: 3, ids: '{8,7,9}', decided: null }, 3);
  assert.deepEqual(JOBS.map(decidedOf), [null, null, null]);
});

test('of a batch that ended some of its jobs, the others are told apart', () => {
  const decidedOf = toldStates({ count: 2, ids: '{9,7}', decided: { 9: 'cancelled' } }, 3);
  assert.deepEqual(JOBS.map(decidedOf), [null, undefined, 'cancelled']);
});

test('a batch that ended none of its jobs has decided nothing', () => {
  assert.deepEqual(JOBS.map(toldStates({ count: 0, ids: null, decided: null }, 3)), [
    undefined,
    undefined,
    undefined,
  ]);
  assert.deepEqual(JOBS.map(toldStates(undefined, 3)), [undefined, undefined, undefined]);
});
