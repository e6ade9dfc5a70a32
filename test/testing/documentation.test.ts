import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileBlocks } from '../support/compile-blocks.ts';

test('every block of docs/testing.md compiles', async () => {
  const { blocks, faults } = await compileBlocks('docs/testing.md', {});
  assert.equal(faults, '');
  assert.equal(blocks.length, 8);
});
