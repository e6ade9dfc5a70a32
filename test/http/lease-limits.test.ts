import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { LEASE, LeasingApi } from './leasing-api.ts';
import type { TestApi } from './open-api.ts';
import { mistakenFields, readProblem } from './open-app.ts';

let worker: LeasingApi;
let api: TestApi;
before(async () => {
  worker = await LeasingApi.open();
  ({ api } = worker);
});
after(() => api.drop());
afterEach(() => api.clear());

describe('a wrong request', () => {
  const BODIES: [object, string[]][] = [
    [{ worker: '', tasks: [] }, ['tasks', 'worker']],
    [
      { worker: 'a b', tasks: ['x'], max_jobs: 0, duration: '1s', wait: '2m' },
      ['duration', 'max_jobs', 'wait', 'worker'],
    ],
    [{ ...LEASE, tasks: ['send_welcome_email', 'send_verify_email'] }, ['tasks']],
    [{ ...LEASE, more: 1 }, ['more']],
  ];
  for (const [body, fields] of BODIES) {
    test(`for a lease is told of ${fields.join(', ')}`, async () => {
      assert.deepEqual(await mistakenFields(await worker.send('POST', '/v1/leases', body)), fields);
    });
  }

  test('for a task or a queue that nobody knows is told the nearest', async () => {
    const task = await readProblem(
      await worker.send('POST', '/v1/leases', { ...LEASE, tasks: ['send_welcome_mail'] }),
    );
    assert.deepEqual([task.code, task.errors[0]?.field], ['unknown_task', 'tasks']);
    assert.match(task.detail, /send_welcome_email/);
    const queue = await readProblem(await worker.send('POST', '/v1/leases', { ...LEASE, queue: 'defualt' }));
    assert.deepEqual([queue.code, queue.errors[0]?.field], ['unknown_queue', 'queue']);
  });

  test('for a run is told of every field, and leaves the run as it is', async () => {
    const { path, job } = await worker.leaseOne();
    const WRONG: [string, object, string[]][] = [
      ['fail', { outcome: 'snooze' }, ['after']],
      ['fail', { outcome: 'discard', after: '1s' }, ['after']],
      ['fail', { outcome: 'explode', error: { message: 1 } }, ['error.message', 'outcome']],
      ['complete', { result: 'a\0b' }, ['result']],
      ['complete', { results: 1 }, ['results']],
      ['progress', { percent: 101 }, ['percent']],
    ];
    for (const [way, body, fields] of WRONG)
      assert.deepEqual(await mistakenFields(await worker.send('POST', `${path}/${way}`, body)), fields, way);
    assert.deepEqual(await mistakenFields(await worker.send('POST', `${path}x/complete`)), ['run']);
    assert.deepEqual(
      await mistakenFields(await worker.send('POST', `${path}/complete`, '{"result": 12345678901234567890}')),
      ['result'],
    );
    assert.equal((await worker.jobOf(job))['state'], 'running');
  });

  test('with a percent that Postgres has no number for is the nearest that it has', async () => {
    const { path, job } = await worker.leaseOne();
    assert.equal((await worker.send('POST', `${path}/progress`, { percent: 1e-320 })).status, 200);
    assert.equal((await worker.jobOf(job))['progress'], 0);
  });
});

describe('each limit', () => {
  const nth = (length: number, text = 'x') => text.repeat(length);
  const known = (length: number) => Array(length).fill('send_welcome_email');

  test('of a new lease holds at its edge, and is told beyond', async () => {
    const EDGES: [field: string, edges: unknown[], beyond: unknown[], message: RegExp][] = [
      ['worker', ['w', nth(100, 'w')], ['', nth(101, 'w'), '-w', 'w\n'], /^expected 1 to 100 of A-Z/],
      [
        'tasks',
        [known(1), known(100)],
        [[], known(101)],
        /^expected 1 to 100 names of tasks, received a list of (0|101)$/,
      ],
      ['max_jobs', [1, 100], [0, 101, 1.5, '1'], /^expected a whole number 1 to 100/],
      [
        'duration',
        ['5s', '1h'],
        ['4999ms', '3600001ms', '61m', '5'],
        /^expected a duration of at (least 5s|most 1h)/,
      ],
      ['wait', ['0s', '50ms'], ['60001ms', '2m', '-1s'], /^expected a duration of at most 1m/],
      ['queue', ['default'], ['', nth(41, 'q')], /^expected 1 to 40 characters/],
    ];
    for (const [field, edges, beyond, message] of EDGES) {
      for (const value of edges) await worker.lease({ [field]: value });
      for (const value of beyond) {
        const { status, errors } = await readProblem(
          await worker.send('POST', '/v1/leases', { ...LEASE, [field]: value }),
        );
        assert.deepEqual([status, errors.map((each) => each.field)], [422, [field]], JSON.stringify(value));
        assert.match(errors[0]?.message ?? '', message);
      }
    }
    await api.enqueue();
    assert.equal((await worker.lease({ wait: '60s' })).jobs.length, 1, 'it waits no longer than it must');
  });

  test('of what a lease says of its runs holds at its edge, and is told beyond', async () => {
    const { path, id } = await worker.leaseOne();
    const own = `/v1/leases/${id}`;
    const far = '9'.repeat(18);
    const told = await worker.json<{ lost: string[] }>(200, 'POST', `${own}/heartbeat`, {
      runs: Array(100).fill(`${far}-${far}`),
    });
    assert.equal(told.lost.length, 100);
    const fail = (error: object) => [`${path}/fail`, { outcome: 'explode', error }] as const;
    const BEYOND: (readonly [path: string, body: object, field: string])[] = [
      [`${own}/take`, { runs: Array(101).fill('1-1') }, 'runs'],
      [`${own}/take`, { runs: [], max_jobs: 101 }, 'max_jobs'],
      [`${own}/heartbeat`, { runs: [`1${far}-1`] }, 'runs[0]'],
      [`${path}/progress`, { percent: 100.001 }, 'percent'],
      [`${path}/progress`, { percent: -0.001 }, 'percent'],
      [`${path}/progress`, { percent: 1, message: nth(501, '🐘') }, 'message'],
      [`${path}/fail`, { after: '36501d' }, 'after'],
      [...fail({ message: nth(4001) }), 'error.message'],
      [...fail({ message: '', name: nth(201) }), 'error.name'],
      [...fail({ message: '', stack: nth(10_001) }), 'error.stack'],
    ];
    for (const [way, body, field] of BEYOND)
      assert.deepEqual(
        (await mistakenFields(await worker.send('POST', way, body))).filter((each) => each !== 'outcome'),
        [field],
      );
    for (const percent of [0, 100])
      await worker.json(200, 'POST', `${path}/progress`, { percent, message: nth(500, '🐘') });
    const error = { message: nth(4000, '🐘'), name: nth(200, '🐘'), stack: nth(10_000, '🐘') };
    const escaped = JSON.stringify({ outcome: 'snooze', after: '36500d', error }).replaceAll(
      '🐘',
      '\\ud83d\\udc18',
    );
    assert.equal(
      (await worker.json<{ job: { state: string } }>(200, 'POST', `${path}/fail`, escaped)).job.state,
      'waiting',
    );
  });

  test('of a body and of a result holds at its edge, and is 413 beyond', async () => {
    const { path, id, job } = await worker.leaseOne();
    const padded = (body: object, kib: number) => JSON.stringify(body).padEnd(kib * 1024);
    const BODIES: [way: string, body: object, kib: number][] = [
      ['/v1/leases', { ...LEASE, max_jobs: 1 }, 64],
      [`/v1/leases/${id}/take`, { runs: [] }, 64],
      [`/v1/leases/${id}/heartbeat`, { runs: [] }, 64],
      [`${path}/progress`, { percent: 1 }, 64],
      [`${path}/complete`, { result: nth(1024 * 1024 - 2) }, 2048],
      [`${path}/fail`, {}, 256],
    ];
    for (const [way, body, kib] of BODIES) {
      const { status, code, detail } = await readProblem(
        await worker.send('POST', way, `${padded(body, kib)} `),
      );
      assert.deepEqual([status, code], [413, 'body_too_large'], way);
      assert.match(detail, new RegExp(`at most ${kib} KiB`));
    }
    const large = await readProblem(
      await worker.send('POST', `${path}/complete`, { result: nth(1024 * 1024 - 1) }),
    );
    assert.deepEqual([large.status, large.errors[0]?.field], [413, 'result']);
    for (const [way, body, kib] of BODIES)
      assert.ok((await worker.send('POST', way, padded(body, kib))).ok, way);
    const { state, result } = await worker.jobOf(job);
    assert.deepEqual([state, String(result).length], ['completed', 1024 * 1024 - 2]);
  });

  test('of leases in a queue is a thousand that live, and those of other queues do not count', async () => {
    const add = (count: number, queue: string, life: string) =>
      api.customers.rows(`insert into howdah.runners (token, queue, kind, host, concurrency, pool_id, granted, life_shown, lease_ms, expires_at)
        select gen_random_uuid(), '${queue}', 'lease', 'w', 1, 'w/' || gen_random_uuid(), 0, false, 60000, now() + interval '${life}'
        from generate_series(1, ${count}) n`);
    await add(999, 'default', '1 min');
    await add(3, 'critical', '1 min');
    await add(3, 'default', '-1 s');
    const { lease: last } = await worker.lease();
    const refused = await worker.send('POST', '/v1/leases', LEASE);
    const { status, code, detail } = await readProblem(refused);
    assert.deepEqual([status, code], [429, 'rate_limited']);
    assert.match(detail, /1000 leases live in the queue default.*Keep a lease/s);
    await worker.send('DELETE', `/v1/leases/${last.id}`);
    await worker.lease();
  });
});
