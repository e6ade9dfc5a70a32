import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

/** What is measured is a process's own; each keeps enough for V8 to want more room for new objects. */
const PROGRAM = `
  import { getHeapSpaceStatistics } from 'node:v8';
  import { withinSmallHeap } from './src/start/within-small-heap.ts';
  const roomMb = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size / 2 ** 20;
  const fill = () => {
    let kept = [];
    for (let round = 0; round < 1_000_000; round += 1) {
      kept.push({ round });
      if (kept.length > 50_000) kept = [];
    }
    return roomMb();
  };
  const within = await withinSmallHeap(async () => fill());
  const failed = await withinSmallHeap(() => Promise.reject(new Error('no start'))).catch(({ message }) => message);
  console.log(JSON.stringify({ within, failed, after: fill() }));
`;

test('the heap for new objects does not grow while a service starts, and does again when it is up', () => {
  const said = run();
  assert.ok(2 * said.within < said.after, `${said.within} MiB at the start, ${said.after} MiB at last`);
  assert.equal(said.failed, 'no start');
});

test('whoever says himself how it is to grow has it grow so', () => {
  const limited = run().within;
  const { within } = run('--semi-space-growth-factor=4');
  assert.ok(within > 2 * limited, `${within} MiB, ${limited} MiB where nothing is said`);
});

function run(...flags: string[]): { within: number; after: number; failed: string } {
  const args = [...flags, '--input-type=module', '--eval', PROGRAM];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}
