import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { initialize } from '../../src/cli/init/initialize.ts';

describe('howdah init', () => {
  let parent: string;
  let folder: string;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'howdah-init-'));
    folder = join(parent, '9 My Shop');
    await mkdir(folder);
  });

  afterEach(() => rm(parent, { recursive: true }));

  const read = (file: string) => readFile(join(folder, file), 'utf8');
  const write = (file: string, text: string) => writeFile(join(folder, file), text);

  test('makes an application, and modules of its files, where there is nothing yet', async () => {
    await write('package.json', '{"dependencies":{"howdah":"0.2.0"}}');
    const { made, kept, changed } = await initialize(folder);
    assert.deepEqual(
      [made, kept],
      [['tsconfig.json', 'howdah.config.ts', 'tasks/say-hello.ts', 'crontab'], []],
    );
    assert.deepEqual(changed, ['package.json: added "type": "module"']);
    assert.deepEqual(JSON.parse(await read('package.json')), {
      dependencies: { howdah: '0.2.0' },
      type: 'module',
    });
    assert.match(await read('howdah.config.ts'), /name: 'my-shop'/);
  });

  test('overwrites nothing, also when it is called again', async () => {
    await write('crontab', '# mine');
    await initialize(folder);
    await write('howdah.config.ts', '// mine');
    assert.deepEqual(await initialize(folder), {
      ...(await initialize(folder)),
      made: [],
      kept: ['tsconfig.json', 'howdah.config.ts', 'tasks/say-hello.ts', 'crontab'],
      changed: [],
    });
    assert.deepEqual([await read('crontab'), await read('howdah.config.ts')], ['# mine', '// mine']);
  });

  test('makes a module of what npm init says is CommonJS, where there is no code yet', async () => {
    await write('package.json', '{"name":"shop","type":"commonjs"}');
    await write('README.md', '# Shop');
    await write('LICENSE', 'MIT');
    const { made, changed } = await initialize(folder);
    assert.ok(made.includes('howdah.config.ts'), made.join());
    assert.deepEqual(changed, ['package.json: "type": "module", which was "commonjs"']);
    assert.deepEqual(JSON.parse(await read('package.json')), { name: 'shop', type: 'module' });
  });

  for (const [where, manifest] of [
    ['beside CommonJS', '{"type":"commonjs"}'],
    ['beside code whose kind nobody said', '{}'],
  ] as const) {
    test(`leaves package.json alone ${where}, and makes .mts files`, async () => {
      await write('package.json', manifest);
      await write('index.js', 'module.exports = 1;');
      const { made, changed } = await initialize(folder);
      assert.deepEqual([made, changed], [['howdah.config.mts', 'tasks/say-hello.mts', 'crontab'], []]);
      assert.equal(await read('package.json'), manifest);
      assert.match(await read('tasks/say-hello.mts'), /from '\.\.\/howdah\.config\.mts'/);
      assert.deepEqual(await readdir(join(folder, 'tasks')), ['say-hello.mts']);
    });
  }
});
