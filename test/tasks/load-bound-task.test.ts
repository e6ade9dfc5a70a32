import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { loadBoundTask } from '../../src/tasks/load-bound-task.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'howdah-task-'));
});
after(() => rm(folder, { recursive: true }));

async function load(name: string, text: string) {
  const path = join(folder, name);
  await writeFile(path, text);
  return loadBoundTask(pathToFileURL(path));
}

const TASK = "{ definition: { name: 'greet' }, handle() {} }";

describe('the task of a file', () => {
  test('is its default export, and knows the file', async () => {
    const { definition, file } = await load('greet.mjs', `export default ${TASK};`);
    assert.equal(definition.name, 'greet');
    assert.match(file?.href ?? '', /greet\.mjs$/);
  });

  test('is the same in what a compiler wrote as CommonJS', async () => {
    const text = `Object.defineProperty(exports, '__esModule', { value: true });\nexports.default = ${TASK};`;
    assert.equal((await load('greet.cjs', text)).definition.name, 'greet');
    assert.equal((await load('plain.cjs', `module.exports = ${TASK};`)).definition.name, 'greet');
  });

  test('is refused where it is something else, naming the file', async () => {
    await assert.rejects(load('other.mjs', 'export default 1;'), /other\.mjs: expected a default export/);
    await assert.rejects(load('none.mjs', 'export const a = 1;'), /none\.mjs: expected a default export/);
  });
});
