import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createTestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const HOWDAH = JSON.stringify(import.meta.resolve('../../src/index.ts'));

const CONFIG = `
import { defineApp } from ${HOWDAH};
export default defineApp({ name: 'shop', tasks: './tasks' });
`;

function task(name: string, says: string): string {
  return `
import { defineTask, z } from ${HOWDAH};
import app from '../howdah.config.ts';
const definition = defineTask({ name: '${name}', payload: z.strictObject({}) });
export default app.handle(definition, async (_, { log }) => { log.info('${says}'); });
`;
}

test('howdah dev runs tasks, and runs them anew when a file changes or comes', {
  timeout: 120_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const database = await createTestDatabase();
  stack.defer(() => database.drop());
  const folder = await mkdtemp(join(tmpdir(), 'howdah-dev-'));
  stack.defer(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'tasks'));
  const write = (file: string, text: string) => writeFile(join(folder, file), text);
  await write('package.json', '{"type":"module"}');
  await write('howdah.config.ts', CONFIG);
  await write('tasks/greet.ts', task('greet', 'the first greeting'));

  const env = {
    PATH: process.env.PATH,
    DATABASE_URL: database.connectionString,
    PORT: '0',
    DATA_DIR: folder,
  };
  const child = spawn(process.execPath, [CLI, 'dev'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (told += text));
  const ended = once(child, 'exit');
  stack.defer(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const untilTold = (text: string, times = 1) =>
    waitFor(`"${text}" ${times} times`, () => (told.split(text).length > times ? true : undefined)).catch(
      (error: Error) => assert.fail(`${error.message}\n${told}`),
    );
  const enqueue = async (name: string) => {
    const args = [CLI, 'enqueue', name];
    const process_ = spawn(process.execPath, args, { cwd: folder, env, stdio: 'ignore' });
    assert.deepEqual(await once(process_, 'exit'), [0, null]);
  };

  await untilTold('Howdah is up');
  await enqueue('greet');
  await untilTold('the first greeting');

  for (const file of ['package-lock.json', 'written-by-a-handler.json', 'greet.test.ts'])
    await write(file, '{}');
  await enqueue('greet');
  await untilTold('the first greeting', 2);
  assert.doesNotMatch(told, /starting anew/);

  await write('tasks/greet.ts', task('greet', 'the second greeting'));
  await untilTold('Howdah is up', 2);
  assert.match(told, /howdah dev: tasks\/greet\.ts changed, starting anew/);
  await enqueue('greet');
  await untilTold('the second greeting');

  await write('tasks/part.ts', 'this is no TypeScript');
  await untilTold('it ended; waiting for a change');
  await write('tasks/part.ts', task('part', 'a farewell'));
  await untilTold('Howdah is up', 3);
  await enqueue('part');
  await untilTold('a farewell');

  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
});
