import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify, stripVTControlCharacters } from 'node:util';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.ts';
import { SCRATCH_PROJECT } from './scratch-project.ts';

const execute = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

let folder: string;
let server: TestDatabase;

/** An application beside this package, which lies in its node_modules as a link: its entry points are those of the source. */
before(async () => {
  server = await createEmptyDatabase();
  folder = await mkdtemp(join(tmpdir(), 'howdah-scratch-'));
  await mkdir(join(folder, 'tasks'));
  for (const [path, text] of Object.entries(SCRATCH_PROJECT)) await writeFile(join(folder, path), text);
  const howdah = join(folder, 'node_modules/howdah');
  await mkdir(howdah, { recursive: true });
  const entries = { '.': './src/index.ts', './testing': './src/testing.ts' };
  await writeFile(
    join(howdah, 'package.json'),
    JSON.stringify({ name: 'howdah', type: 'module', exports: entries }),
  );
  for (const name of ['src', 'drizzle', 'node_modules']) await symlink(join(ROOT, name), join(howdah, name));
  await symlink(join(ROOT, 'node_modules/zod'), join(folder, 'node_modules/zod'));
});

after(async () => {
  await server.drop();
  await rm(folder, { recursive: true, force: true });
});

const run = (program: string, args: readonly string[]) => {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const options = { cwd: folder, env: { ...env, TEST_DATABASE_URL: server.connectionString } };
  return execute(program, args, options).catch((error) => assert.fail(`${error.stdout}\n${error.stderr}`));
};

test('an application tests its tasks by node:test', async () => {
  const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', 'receipts.test.ts']);
  assert.match(stdout, /# pass 3\n# fail 0/);
});

test('an application tests its tasks by vitest', { timeout: 110_000 }, async () => {
  await mkdir(join(folder, 'runner'));
  await writeFile(join(folder, 'runner/package.json'), '{"private":true}');
  await execute('npm', ['install', '--no-audit', '--no-fund', 'vitest@4.1.12'], {
    cwd: join(folder, 'runner'),
  });
  const vitest = join(folder, 'runner/node_modules/vitest');
  await symlink(vitest, join(folder, 'node_modules/vitest'));
  const { stdout } = await run(process.execPath, [join(vitest, 'vitest.mjs'), 'run', 'receipts.spec.ts']);
  assert.match(stripVTControlCharacters(stdout), /Tests {2}3 passed/);
});
