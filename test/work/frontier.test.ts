import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Job } from 'graphile-worker';
import type pg from 'pg';
import { RUNNER_SETTINGS } from '../../src/work/engine/engine-settings.ts';
import { isFetch } from '../../src/work/engine/engine-statement.ts';
import { Fetching, type FetchingOptions } from '../../src/work/engine/fetching.ts';
import { Frontier, type Mark } from '../../src/work/engine/frontier.ts';
import type { Prefetch } from '../../src/work/engine/prefetch.ts';
import { Refusals } from '../../src/work/engine/refusals.ts';
import { Tally } from '../../src/work/engine/tally.ts';
import { type EngineStatements, engineStatements, TASK } from '../model/engine-statements.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const QUICK_MS = 1;
const AT = Date.parse('2026-11-26T10:00:00Z');

/** Jobs by their priority and the second of their time. */
function rows(...places: [priority: number, second: number][]): Job[] {
  return places.map(([priority, second]) => ({ priority, run_at: new Date(AT + 1_000 * second) }) as Job);
}

function after(jobs: Job[], size = jobs.length, tookMs = QUICK_MS): Frontier {
  const frontier = new Frontier();
  assert.equal(frontier.next(''), undefined, 'the first is from the front');
  frontier.brought(jobs, { size, tookMs });
  return frontier;
}

function mark(priority: number, second: number): Mark {
  return { priority, runAt: new Date(AT + 1_000 * second) };
}

describe('where a fetch begins', () => {
  test('where the one before has ended, if that brought as many as it was asked for', () => {
    const frontier = after(rows([0, 5], [1, 2], [0, 9], [1, 1]));
    assert.deepEqual(frontier.next(''), mark(1, 2));
    assert.equal(frontier.brought(rows([1, 3]), { size: 1, tookMs: QUICK_MS }), false);
    assert.deepEqual(frontier.next(''), mark(1, 3));
  });

  test('at the front, where that brought fewer', () => {
    assert.equal(after(rows([0, 1]), 2).next(''), undefined);
    assert.equal(after([], 2).next(''), undefined);
  });

  test('at the front at once, where that brought fewer and was not from there', () => {
    const frontier = after(rows([0, 1]));
    assert.deepEqual(frontier.next(''), mark(0, 1));
    assert.equal(frontier.brought([], { size: 1, tookMs: QUICK_MS }), true);
    assert.equal(frontier.next(''), undefined);
    assert.equal(frontier.brought([], { size: 1, tookMs: QUICK_MS }), false);
  });

  test('at the front, where it heeds something else than the one before', () => {
    const frontier = after(rows([0, 1]));
    assert.equal(frontier.next('a task that is shut'), undefined);
  });

  test('at the front, where a job has no instant, or one before our era', () => {
    for (const runAt of [Number.NEGATIVE_INFINITY, null, new Date('-000001-01-01T00:00:00Z')]) {
      const jobs = [...rows([0, 1]), { priority: 0, run_at: runAt } as unknown as Job, ...rows([0, 2])];
      assert.equal(after(jobs).next(''), undefined);
    }
  });

  test('at the front, in a while: later after a fetch that took long', async () => {
    const [quick, slow] = [after(rows([0, 1])), after(rows([0, 1]), 1, 20)];
    await delay(150);
    assert.equal(quick.next(''), undefined);
    assert.deepEqual(slow.next(''), mark(0, 1));
    await delay(300);
    assert.equal(slow.next(''), undefined);
  });
});

/** Longer than the time ahead for which jobs are fetched, so that each fetch brings one. */
const RUN_MS = 60;
const BACKLOG = 60;

interface Scene extends AsyncDisposable {
  queue: TestQueue;
  /** Names of the jobs that have begun. */
  begun: string[];
}

/** A worker of one place, in the midst of a backlog. */
async function inTheMidst(): Promise<Scene> {
  const begun: string[] = [];
  const queue = await openTestQueue([
    [
      testTask('works'),
      async (payload) => {
        begun.push(String((payload as { name: unknown }).name));
        await delay(RUN_MS);
      },
    ],
  ]);
  await queue.pool.query(
    `select howdah.enqueue('works', json_build_object('name', n)) from generate_series(1, ${BACKLOG}) n`,
  );
  await queue.start([{ name: 'default', concurrency: 1 }]);
  await waitFor('some to have run', () => begun.length >= 5);
  return { queue, begun, [Symbol.asyncDispose]: () => queue.close() };
}

/** How many began from now on before that one. */
async function startedBefore(
  name: string,
  { begun }: Scene,
  enqueue: () => Promise<unknown>,
): Promise<number> {
  await enqueue();
  const from = begun.length;
  await waitFor(`${name} to begin`, () => begun.includes(name));
  return begun.indexOf(name) - from;
}

describe('while more wait than are fetched', () => {
  test('a more urgent job is the next that is fetched', async () => {
    await using scene = await inTheMidst();
    const before = await startedBefore('urgent', scene, () =>
      scene.queue.pool.query(`select howdah.enqueue('works', '{"name": "urgent"}', priority => -1)`),
    );
    assert.ok(before <= 2, `${before} before it`);
  });

  test('one whose time was before theirs begins within two seconds and what was fetched', async () => {
    await using scene = await inTheMidst();
    const before = await startedBefore('older', scene, () =>
      scene.queue.pool.query(
        `select howdah.enqueue('works', '{"name": "older"}', run_at => now() - interval '1 day')`,
      ),
    );
    assert.ok(before < BACKLOG - 10, `${before} before it`);
  });
});

test('a place that is free does not wait for what stands before the mark', async () => {
  const begunAt: number[] = [];
  const queue = await openTestQueue([
    [
      testTask('works'),
      async () => {
        begunAt.push(performance.now());
        await delay(RUN_MS);
      },
    ],
  ]);
  await using _ = { [Symbol.asyncDispose]: () => queue.close() };
  const enqueue = (age: string) =>
    queue.pool.query(`select howdah.enqueue('works', '{}', run_at => now() - interval '${age}')`);
  await enqueue('0');
  await queue.start([{ name: 'default', concurrency: 1 }]);
  await waitFor('the first to begin', () => begunAt.length === 1);
  await enqueue('1 day');
  await waitFor('the second to begin', () => begunAt.length === 2);
  const [first = 0, second = 0] = begunAt;
  assert.ok(second - first < RUN_MS + 250, `${second - first} ms after it`);
});

/** A worker's fetches, each of so many jobs. */
function engineOver(client: pg.ClientBase, size: number): EngineStatements {
  const fetching = new Fetching({
    pool: client as unknown as FetchingOptions['pool'],
    prefetch: { size: () => size, fetched() {} } as unknown as Prefetch,
    refusals: new Refusals(),
    freePlaces: () => size,
    limitFetch: (size) => size,
    gates: { shutTasks: [], areAllShut: false },
    tally: new Tally(),
    watchSilence: () => ({ [Symbol.dispose]() {} }),
  });
  const asking = {
    query: (statement: pg.QueryConfig) =>
      isFetch(statement) ? fetching.fetch(statement) : client.query(statement),
  } as unknown as pg.Client;
  return engineStatements(asking, { queue: 'default', poolId: 'a_pool' });
}

test('a job of the utmost urgency is among the next, however old it is', async () => {
  await using stack = new AsyncDisposableStack();
  const queue = await openTestQueue([[testTask(TASK), async () => {}]]);
  stack.defer(() => queue.close());
  const client = await queue.pool.connect();
  stack.defer(() => client.release());
  const enqueue = (priority: number, age: string, count = 1) =>
    client.query(
      `select howdah.enqueue($1, '{}', priority => $2, run_at => now() - $3::interval) from generate_series(1, $4)`,
      [TASK, priority, age, count],
    );
  const engine = engineOver(client, 2);
  await enqueue(0, '0', 6);
  assert.equal((await engine.fetch(2)).length, 2);
  for (const age of ['0', '1 day', '2000 years']) {
    await enqueue(-32_768, age);
    assert.ok(
      (await engine.fetch(2)).some(({ priority }) => priority === -32_768),
      `one of ${age}`,
    );
    await enqueue(0, '0');
  }
});

test('a job of a lane is looked for from the front, and no other that is as old', async (t) => {
  t.mock.method(performance, 'now', () => 0); // no time passes, after which all would be
  await using stack = new AsyncDisposableStack();
  const queue = await openTestQueue([[testTask(TASK), async () => {}]]);
  stack.defer(() => queue.close());
  const client = await queue.pool.connect();
  stack.defer(() => client.release());
  const add = async (lane: string | null, age: string, count = 1) => {
    const { rows } = await client.query<{ id: string }>(
      `select (graphile_worker.add_job($1, '{}', queue_name => $2, run_at => now() - $3::interval)).id::text from generate_series(1, $4)`,
      [TASK, lane, age, count],
    );
    return rows[0]?.id;
  };
  const engine = engineOver(client, 2);
  await add(null, '0', 8);
  await engine.fetch(2);
  const plain = await add(null, '1 day');
  assert.ok(!(await engine.fetch(2)).some(({ id }) => id === plain), 'the mark holds');
  const inLane = await add('a lane', '1 day');
  const fetched = (await engine.fetch(2)).map(({ id }) => id);
  assert.deepEqual(fetched.toSorted(), [plain, inLane].toSorted());
});

const SIZE = 400;
const FETCHES = 20;

/** What nobody may forget yet, as its transaction is open, stands for what somebody else's keeps. */
test('a fetch does not look at what those before it have taken', async () => {
  await using stack = new AsyncDisposableStack();
  const queue = await openTestQueue([[testTask(TASK), async () => {}]]);
  stack.defer(() => queue.close());
  const jobs = `select json_agg(json_build_object('task', '${TASK}')) from generate_series(1, ${SIZE})`;
  for (let batch = 0; batch < FETCHES; batch++)
    await queue.pool.query(`select count(*) from howdah.enqueue_jobs((${jobs}))`);
  const client = await queue.pool.connect();
  stack.defer(() => client.release());
  const settings = Object.entries(RUNNER_SETTINGS).map(([name, value]) => `set local ${name} = ${value}`);
  await client.query(['begin', ...settings].join('; '));
  stack.defer(async () => void (await client.query('rollback')));
  const engine = engineOver(client, SIZE);
  for (let fetch = 0; fetch < FETCHES; fetch++) assert.equal((await engine.fetch(SIZE)).length, SIZE);
  const { rows: read } = await client.query<{ entries: number }>(
    `select pg_stat_get_xact_tuples_returned('graphile_worker.jobs_main_index'::regclass)::float8 / $1 as entries`,
    [SIZE * FETCHES],
  );
  const entries = read[0]?.entries ?? 0;
  assert.ok(entries >= 1 && entries < FETCHES / 4, `${entries} entries of the index a job`);
});
