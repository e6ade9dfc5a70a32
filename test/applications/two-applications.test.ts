import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openTestQueue, type TestQueue } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const SCRIPT = fileURLToPath(new URL('../support/application-worker.ts', import.meta.url));

const SURROUNDINGS = {
  PORT: '0',
  HEALTH_PORT: '0',
  QUEUES: 'critical:2,default:2',
  DATA_DIR: '/nonexistent',
  LOG_LEVEL: 'warn',
};

interface Worker {
  lines(): string[];
  complaints(): string;
  exitCode(): number | null;
  signal(signal: NodeJS.Signals): Promise<void>;
}

let queue: TestQueue;
const children: ChildProcess[] = [];

beforeEach(async () => {
  queue = await openTestQueue([]);
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
  }
  await queue.close();
});

/** A worker process of an application, ready or gone. */
async function start(application: string, ...tasks: string[]): Promise<Worker> {
  const child = spawn(process.execPath, [SCRIPT, application, ...tasks], {
    env: { PATH: process.env['PATH'], DATABASE_URL: queue.database.connectionString, ...SURROUNDINGS },
    cwd: '/',
  });
  children.push(child);
  let output = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    complaints += text;
  });
  const exited = once(child, 'close');
  const lines = () => output.split('\n');
  await Promise.race([
    exited,
    waitFor('the worker to be ready', () => output.includes('Howdah is up') || child.exitCode !== null),
  ]);
  return {
    lines,
    complaints: () => complaints,
    exitCode: () => child.exitCode,
    async signal(signal) {
      child.kill(signal);
      await exited;
    },
  };
}

async function enqueue(task: string, application: string): Promise<string> {
  const { rows } = await queue.pool.query<{ id: string }>('select howdah.enqueue($1, $2)::text as id', [
    task,
    JSON.stringify({ for: application }),
  ]);
  return rows[0]?.id ?? '';
}

test('two applications share queues, each runs its own tasks, and jobs wait for their own application', async () => {
  const shop = await start('shop', 'resize');
  const press = await start('press', 'print');
  const ids = await Promise.all(
    Array.from({ length: 20 }, (_, place) =>
      place % 2 ? enqueue('resize', 'shop') : enqueue('print', 'press'),
    ),
  );
  for (const id of ids) await queue.untilState(id, 'completed');
  assert.equal(shop.lines().filter((line) => line.startsWith('ran resize ')).length, 10);
  assert.equal(press.lines().filter((line) => line.startsWith('ran print ')).length, 10);
  await shop.signal('SIGTERM');
  const waiting = await enqueue('resize', 'shop');
  await queue.untilState(await enqueue('print', 'press'), 'completed');
  assert.equal((await queue.job(waiting)).state, 'available');
  await start('shop', 'resize');
  await queue.untilState(waiting, 'completed');
});

test('a second application with a task of the same name does not start, and the first is undisturbed', async () => {
  const shop = await start('shop', 'resize');
  const press = await start('press', 'print', 'resize');
  assert.equal(press.exitCode(), 1);
  assert.match(
    press.complaints(),
    /^application "press" \(host \S+\) cannot have the task "resize": it belongs to application "shop" \(host \S+, last seen .* UTC\)\. .*npx howdah apps release shop resize\.\n$/,
  );
  await assert.rejects(enqueue('print', 'press'), { code: 'HWTSK' });
  const id = await enqueue('resize', 'shop');
  await queue.untilState(id, 'completed');
  assert.ok(shop.lines().includes(`ran resize ${id}`));
});

test('also where the first is not running, as its jobs would be malformed to the second', async () => {
  const shop = await start('shop', 'resize');
  await shop.signal('SIGKILL');
  const id = await enqueue('resize', 'shop');
  const press = await start('press', 'resize');
  assert.equal(press.exitCode(), 1);
  assert.equal((await queue.job(id)).state, 'available');
  await start('shop', 'resize');
  await queue.untilState(id, 'completed');
});

test('what a plain add_job brings of another application’s task, or of nobody’s, waits for whoever has it', async () => {
  const shop = await start('shop', 'resize');
  const add = async (task: string, application: string) => {
    const { rows } = await queue.pool.query<{ id: string }>(
      'select (graphile_worker.add_job($1, json_build_object($2::text, $3::text))).id::text as id',
      [task, 'for', application],
    );
    return rows[0]?.id ?? '';
  };
  const [foreign, nobodys] = [await add('print', 'press'), await add('unheard_of', 'press')];
  await queue.untilState(await add('resize', 'shop'), 'completed');
  assert.deepEqual(
    [(await queue.job(foreign)).state, (await queue.job(nobodys)).state],
    ['available', 'available'],
  );
  const press = await start('press', 'print');
  await queue.untilState(foreign, 'completed');
  assert.ok(press.lines().includes(`ran print ${foreign}`));
  assert.equal(shop.lines().filter((line) => line.startsWith('ran ')).length, 1);
});

test('an application whose worker was killed is renamed once that is known', async () => {
  const shop = await start('shop', 'resize');
  await shop.signal('SIGKILL');
  const rename = () => queue.pool.query("select howdah.rename_application('shop', 'store')");
  await waitFor(
    'the worker to be given up',
    () =>
      rename().then(
        () => true,
        ({ code }) => assert.equal(code, 'HWAPP'),
      ),
    30_000,
  );
  const late = await start('shop', 'resize');
  assert.equal(late.exitCode(), 1);
  assert.match(late.complaints(), /it belongs to application "store"/);
  await start('store', 'resize');
  await queue.untilState(await enqueue('resize', 'store'), 'completed');
});
