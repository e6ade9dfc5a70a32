import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { AppFileError } from '../../src/tasks/app-file-error.ts';
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

  for (const [name, text, message] of [
    [
      'coin.ts',
      'enum Coin { Heads }\nexport default Coin;',
      /coin\.ts cannot be loaded: TypeScript enum is not supported in strip-only mode \(.*coin\.ts:1\)\n.*compile/,
    ],
    [
      'bare.ts',
      "import './mailer';",
      /Cannot find module '.*mailer' imported from .*bare\.ts\n.*\.\/send-receipt\.ts/,
    ],
    [
      'built.ts',
      "import './coin.js';",
      /Cannot find module '.*coin\.js' imported from .*built\.ts\n.*whole name/,
    ],
    ['type.ts', "import { TestFn } from 'node:test';", /TestFn' \(.*type\.ts:1\)\n.*import type$/],
    ['common/old.ts', "import 'node:test';", /import statement outside a module \(.*old\.ts:1\)\n.*"module"/],
    ['typo.ts', 'export default 1 +;', /typo\.ts cannot be loaded: Expression expected \(.*typo\.ts:1\)$/],
    [
      'lost.ts',
      "import 'no-such-package';",
      /lost\.ts cannot be loaded: Cannot find package 'no-such-package'/,
    ],
  ] as const) {
    test(`says in words which file cannot be loaded, where and why: ${name}`, async () => {
      await mkdir(join(folder, 'common'), { recursive: true });
      await writeFile(join(folder, 'common/package.json'), '{"type":"commonjs"}');
      await assert.rejects(load(name, text), (error) => {
        assert.ok(error instanceof TypeError && error.name === 'AppFileError', String(error));
        assert.match(error.message, message);
        return true;
      });
    });
  }

  test('says which file throws while it is loaded, what, and in which line, without what was read', async () => {
    const told = async (name: string, text: string, message: RegExp) => {
      await assert.rejects(load(name, text), (error) => {
        assert.ok(error instanceof AppFileError && error.cause, String(error));
        assert.match(error.message, message);
        return true;
      });
    };
    const throws = "\nthrow new TypeError('MAIL_KEY is not set');";
    await told(
      'throws.mjs',
      throws,
      /throws\.mjs cannot be loaded: its code throws TypeError: MAIL_KEY is not set \(.*throws\.mjs:2\)$/,
    );
    await told(
      'through.mjs',
      "import './throws.mjs';",
      /through\.mjs cannot be loaded: .*\(.*throws\.mjs:2\)$/,
    );
    await told(
      'late.mjs',
      "await 1;\nJSON.parse('secret');",
      /its code throws SyntaxError: .*late\.mjs:2\)$/,
    );
    await told(
      'mine.mjs',
      `import { defineTask } from '${new URL('../../src/index.ts', import.meta.url)}';\ndefineTask({});`,
      /mine\.mjs cannot be loaded: its code throws TypeError: .*\(.*mine\.mjs:2\)$/,
    );
    await told(
      'odd.mjs',
      "throw 'a text';",
      /odd\.mjs cannot be loaded: its code throws .*not an Error: a text$/,
    );
  });
});
