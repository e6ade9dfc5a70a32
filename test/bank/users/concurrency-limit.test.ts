import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createConcurrencyLimit } from '../../../src/bank/users/concurrency-limit.ts';

function openGate() {
  const started: number[] = [];
  const finish: (() => void)[] = [];
  const limit = createConcurrencyLimit({ maxRunning: 2, maxWaiting: 2, onFull: () => new Error('full') });
  const run = (id: number) =>
    limit(() => {
      started.push(id);
      return new Promise<void>((resolve) => finish.push(resolve));
    });
  return { run, started, finish };
}

test('a concurrency limit starts waiting calls in order as places become free', async () => {
  const { run, started, finish } = openGate();
  const calls = [1, 2, 3, 4].map(run);
  await turn();
  assert.deepEqual(started, [1, 2]);
  finish[1]?.();
  await turn();
  assert.deepEqual(started, [1, 2, 3]);
  finish[0]?.();
  await turn();
  assert.deepEqual(started, [1, 2, 3, 4]);
  for (const each of finish) each();
  await Promise.all(calls);
});

test('a concurrency limit refuses calls beyond those that may wait', async () => {
  const { run, finish } = openGate();
  const calls = [1, 2, 3, 4].map(run);
  await assert.rejects(run(5), /full/);
  for (let index = 0; index < 4; index += 1) {
    finish[index]?.();
    await calls[index];
  }
});

test('a concurrency limit frees the place of a call that fails', async () => {
  const limit = createConcurrencyLimit({ maxRunning: 1, maxWaiting: 0, onFull: () => new Error('full') });
  await assert.rejects(
    limit(() => Promise.reject(new Error('broken'))),
    /broken/,
  );
  assert.equal(await limit(async () => 'done'), 'done');
});
