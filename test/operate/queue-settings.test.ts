import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

let queue: TestQueue;

beforeEach(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
});

afterEach(() => queue.close());

function call<T = unknown>(text: string): Promise<T> {
  return scalar<T>(queue, `select howdah.${text}`);
}

describe('pausing', () => {
  test('tells whether it changed anything, and who paused first stays known', async () => {
    assert.equal(await call("pause_queue('default', 'ada')"), true);
    assert.equal(await call("pause_queue('default', 'bob')"), false);
    assert.equal(
      await scalar(queue, "select paused_by from howdah.queue_settings where queue = 'default'"),
      'ada',
    );
    assert.equal(await call("resume_queue('default')"), true);
    assert.equal(await call("resume_queue('default')"), false);
    assert.equal(await call("resume_queue('critical')"), false);
  });

  test('all queues tells how many changed', async () => {
    const count = await scalar<number>(queue, 'select count(*)::int from howdah.queue_registry');
    await call("pause_queue('default')");
    assert.equal(await call("pause_all('ada')"), count - 1);
    assert.equal(await call('pause_all()'), 0);
    assert.equal(await call('resume_all()'), count);
    assert.equal(await call('resume_all()'), 0);
  });

  test('refuses a queue that nobody has', async () => {
    for (const name of ['pause_queue', 'resume_queue']) {
      await assert.rejects(call(`${name}('nobody')`), { code: 'HWQUE', message: /unknown queue "nobody"/ });
    }
  });
});

describe('the fleet concurrency', () => {
  test('set by an operator returns the one before', async () => {
    assert.equal(await call("set_fleet_concurrency('default', 4)"), null);
    assert.equal(await call("set_fleet_concurrency('default', 2)"), 4);
    assert.equal(await call("set_fleet_concurrency('default', null)"), 2);
    assert.equal(await call("set_fleet_concurrency('default', null)"), null);
  });

  test('is refused below 1 and for a queue that nobody has', async () => {
    for (const runs of [0, -1]) {
      await assert.rejects(call(`set_fleet_concurrency('default', ${runs})`), { code: 'HWOPT' });
    }
    await assert.rejects(call("set_fleet_concurrency('nobody', 1)"), { code: 'HWQUE' });
  });

  test('of the configuration follows the latest process, until an operator sets one', async () => {
    const now = () =>
      scalar(queue, "select fleet_concurrency from howdah.queue_settings where queue = 'default'");
    await call("configure_fleet_concurrency('default', 4)");
    assert.equal(await now(), 4);
    await call("configure_fleet_concurrency('default', 6)");
    assert.equal(await now(), 6);
    await call("configure_fleet_concurrency('default', null)");
    assert.equal(await now(), null);
    await call("set_fleet_concurrency('default', 3)");
    await call("configure_fleet_concurrency('default', 8)");
    await call("configure_fleet_concurrency('default', null)");
    assert.equal(await now(), 3);
    await call("set_fleet_concurrency('default', null)");
    await call("configure_fleet_concurrency('default', 8)");
    assert.equal(await now(), null);
  });

  const divisions: [number, number[], number[]][] = [
    [6, [10, 10, 10], [2, 2, 2]],
    [7, [10, 10, 10], [3, 2, 2]],
    [2, [10, 10, 10], [1, 1, 0]],
    [10, [2, 10, 10], [2, 4, 4]],
    [10, [2, 3, 1], [2, 3, 1]],
    [1, [5], [1]],
  ];
  for (const [cap, concurrencies, shares] of divisions) {
    test(`of ${cap} is divided among concurrencies ${concurrencies} as ${shares}`, async () => {
      await call(`set_fleet_concurrency('default', ${cap})`);
      for (const [index, concurrency] of concurrencies.entries()) await register(`p${index}`, concurrency);
      const { rows } = await queue.pool.query(
        "select share from howdah.fleet_shares('default') order by process",
      );
      assert.deepEqual(
        rows.map(({ share }) => share),
        shares,
      );
    });
  }
});

describe('a heartbeat', () => {
  test('grants no more than the others leave, whatever the share', async () => {
    await call("set_fleet_concurrency('default', 4)");
    const first = await register('a', 4);
    assert.deepEqual(await beat(first, 0, 1), { max_running: 4, share: 4 });
    const second = await register('b', 4);
    assert.deepEqual(await beat(second, 0, 1), { max_running: 0, share: 2 });
    assert.deepEqual(await beat(first, 4, 2), { max_running: 2, share: 2 });
    assert.deepEqual(await beat(second, 0, 2), { max_running: 0, share: 2 });
    assert.deepEqual(await beat(first, 3, 3), { max_running: 2, share: 2 });
    assert.deepEqual(await beat(second, 0, 3), { max_running: 1, share: 2 });
  });

  test('does not wait for an operator’s open transaction, and grants no more until it is over', async () => {
    await call("set_fleet_concurrency('default', 4)");
    const first = await register('a', 4);
    await beat(first, 0, 1);
    const second = await register('b', 4);
    const operator = await queue.pool.connect();
    try {
      await operator.query('begin');
      await operator.query("select howdah.set_fleet_concurrency('default', 8)");
      const startedAt = performance.now();
      assert.deepEqual(await beat(first, 2, 2), { max_running: 2, share: 2 });
      assert.deepEqual(await beat(second, 0, 2), { max_running: 0, share: 2 });
      const tookMs = performance.now() - startedAt;
      assert.ok(tookMs < 2_000, `took ${tookMs} ms`);
      await operator.query('commit');
    } finally {
      operator.release(true);
    }
    assert.deepEqual(await beat(second, 0, 3), { max_running: 4, share: 4 });
  });

  test('that was overtaken changes nothing', async () => {
    await call("set_fleet_concurrency('default', 4)");
    const token = await register('a', 4);
    await beat(token, 0, 2);
    assert.equal(await beat(token, 0, 1), undefined);
    assert.equal(await scalar(queue, 'select granted from howdah.runners where token = $1', [token]), 4);
  });

  test('of a runner that leaves gives back what it does not use', async () => {
    await call("set_fleet_concurrency('default', 4)");
    const old = await register('a', 4);
    await beat(old, 0, 1);
    const successor = await register('a', 4);
    assert.deepEqual(await beat(old, 1, 2, true), { max_running: 0, share: 0 });
    assert.deepEqual(await beat(successor, 0, 3), { max_running: 3, share: 4 });
  });
});

async function register(processName: string, concurrency: number): Promise<string> {
  const token = await scalar(queue, 'select gen_random_uuid()');
  await queue.pool.query(
    "select howdah.register_runner($1, 'default', 'howdah', 'h', 1, $2, process => $3)",
    [token, concurrency, processName],
  );
  return token;
}

async function beat(token: string, maxRunning: number, beatNumber: number, isLeaving = false) {
  const { rows } = await queue.pool.query(
    'select max_running, share from howdah.heartbeat($1, $2) where token = $3',
    [
      JSON.stringify([{ token, running: [], max_running: maxRunning, is_leaving: isLeaving }]),
      beatNumber,
      token,
    ],
  );
  return rows[0];
}
