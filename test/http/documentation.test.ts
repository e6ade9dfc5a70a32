import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileBlocks } from '../support/compile-blocks.ts';

test('every block of docs/http.md compiles', async () => {
  const { blocks, faults } = await compileBlocks('docs/http.md', {});
  assert.equal(faults, '');
  for (const host of ['hono', 'express', 'fastify', 'node:http', 'route.ts']) {
    assert.ok(
      blocks.some((block) => block.includes(host)),
      host,
    );
  }
});
