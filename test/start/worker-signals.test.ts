import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const INDEX = new URL('../../src/index.ts', import.meta.url).href;

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

test('a worker that is told to heed signals stops on SIGTERM, and the process ends by itself, with no word of its own', async () => {
  const script = `
    const { createHowdah, defineApp, defineHandle, defineTask, startWorker, z } = await import(${JSON.stringify(INDEX)});
    const handle = defineHandle();
    const pack = handle(defineTask({ name: 'pack', payload: z.strictObject({}) }), async () => {});
    const shop = defineApp({ name: 'shop', tasks: [pack] });
    const howdah = createHowdah({ app: shop });
    const worker = await startWorker({ app: shop, queues: 'default:1', handleSignals: true });
    worker.on('runner.stopped', () => console.log('stopped'));
    process.on('exit', (code) => console.log('exit', code));
    await howdah.wait((await howdah.enqueueAlone(pack.definition, {})).id);
    await howdah.close();
    console.log('up');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, DATABASE_URL: database.connectionString },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (said === '' && text.startsWith('up')) child.kill('SIGTERM');
    said += text;
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  assert.deepEqual(await once(child, 'close'), [0, null]);
  assert.equal(complaint, '');
  assert.equal(said, 'up\nstopped\nexit 0\n');
});
