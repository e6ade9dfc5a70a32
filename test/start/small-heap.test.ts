import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

/** What is measured is a process's own; each keeps enough for V8 to want more room for new objects. */
const PROGRAM = `
  import { setImmediate as turn } from 'node:timers/promises';
  import { getHeapSpaceStatistics } from 'node:v8';
  import { withinSmallHeap } from './src/start/within-small-heap.ts';
  const roomMb = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size / 2 ** 20;
  let kept = [];
  const fill = (count) => {
    for (let round = 0; round < count; round += 1) {
      kept.push({ round });
      if (kept.length > 50_000) kept = [];
    }
    return roomMb();
  };
  const within = await withinSmallHeap(async () => fill(1_000_000));
  const failed = await withinSmallHeap(() => Promise.reject(new Error('no start'))).catch(({ message }) => message);
  const rooms = [];
  for (let turns = 0; turns < 200; turns += 1) {
    rooms.push(fill(100_000));
    await turn();
  }
  console.log(JSON.stringify({ within, failed, most: Math.max(...rooms) }));
`;

test('the heap for new objects does not grow while a service starts, and does so far when it is up', () => {
  const said = run();
  assert.ok(2 * said.within < said.most, `${said.within} MiB at the start, ${said.most} MiB at last`);
  assert.ok(said.most <= 32, `${said.most} MiB at last`);
  assert.equal(said.failed, 'no start');
});

test('whoever says himself how it is to grow has it grow so', () => {
  const limited = run().within;
  const { within } = run('--semi-space-growth-factor=4');
  assert.ok(within > 2 * limited, `${within} MiB, ${limited} MiB where nothing is said`);
});

test('or how large it may be', () => {
  const { most } = run('--max-semi-space-size=64');
  assert.ok(most > 32, `${most} MiB`);
});

function run(...flags: string[]): { within: number; most: number; failed: string } {
  const args = [...flags, '--input-type=module', '--eval', PROGRAM];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}
