import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { namingOf } from '../../src/db/naming.ts';
import { putJob, STATES } from '../support/job-states.ts';
import { TEST_SCHEMA } from '../support/test-schema.ts';
import type { SeenQueue } from './driver.ts';
import { refusalOf } from './refusal.ts';
import { DRIVERS, openStage, type Stage } from './stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
beforeEach(() => stage.clear());
after(() => stage.close());

async function queueThrough(driver: (typeof DRIVERS)[number], name = 'default'): Promise<SeenQueue> {
  const found = (await stage.drivers[driver].queues()).find((each) => each.name === name);
  assert.ok(found);
  return found;
}

/** What all sides see, which must be the same. */
async function seeSame<T>(look: (driver: Stage['drivers']['SQL']) => Promise<T>): Promise<T> {
  const seen = await Promise.all(DRIVERS.map((name) => look(stage.drivers[name])));
  for (const [index, each] of seen.entries()) assert.deepEqual(each, seen[0], `as ${DRIVERS[index]} sees it`);
  return seen[0] as T;
}

/** A live runner of the queue `default` by its row alone, whose heartbeat does not grow old. */
async function putRunner(running: string[]): Promise<string> {
  const token = randomUUID();
  await stage.pool.query(
    "select howdah.register_runner($1, 'default', 'howdah', 'box-1', 77, 3, '{works,mails}')",
    [token],
  );
  await stage.pool.query('select howdah.name_runner_pool($1, $2)', [token, `pool-${token}`]);
  await stage.pool.query(
    "update howdah.runners set running = $2, heartbeat_at = now() + interval '1 hour' where token = $1",
    [token, running],
  );
  return token;
}

for (const name of DRIVERS) {
  describe(`a queue through ${name}`, () => {
    test('is paused and resumed, once or twice', async () => {
      const { pause, resume } = stage.drivers[name];
      for (let time = 1; time <= 2; time++) {
        await pause('default', 'the mail is down');
        const paused = await seeSame((driver) => driver.queues());
        assert.deepEqual(
          paused.map((each) => [each.name, each.isPaused]),
          [
            ['critical', false],
            ['default', true],
          ],
        );
        assert.match(paused[1]?.pausedBy ?? '', /the mail is down/);
        assert.ok(Math.abs(Date.parse(paused[1]?.pausedAt ?? '') - Date.now()) < 5_000);
      }
      for (let time = 1; time <= 2; time++) {
        await resume('default');
        const { isPaused, pausedAt, pausedBy } = await queueThrough(name);
        assert.deepEqual([isPaused, pausedAt, pausedBy], [false, null, null]);
      }
    });

    test('is held to a number of runs in the whole fleet, and let go', async () => {
      for (const runs of [20, 1, null]) {
        await stage.drivers[name].setFleetConcurrency('critical', runs);
        const queues = await seeSame((driver) => driver.queues());
        assert.deepEqual(
          queues.map(({ fleetConcurrency }) => fleetConcurrency),
          [runs, null],
        );
      }
    });

    test('that there is not is refused by its nearest name', async () => {
      const { pause, resume, setFleetConcurrency } = stage.drivers[name];
      const attempts = [
        () => pause('defualt', 'x'),
        () => resume('defualt'),
        () => setFleetConcurrency('defualt', 3),
      ];
      for (const attempt of attempts) {
        const { code, message } = await refusalOf(attempt());
        assert.equal(code, 'unknown_queue');
        assert.match(message, /unknown queue "defualt".*Did you mean "default"\?/s);
      }
    });

    test('is not held to less than one run', async () => {
      const { code, fields } = await refusalOf(stage.drivers[name].setFleetConcurrency('default', 0));
      assert.deepEqual([code, fields], ['invalid_options', ['fleet_concurrency']]);
    });
  });
}

describe('every side shows the same', () => {
  test('depth of queues', async () => {
    const ids = [];
    for (const state of STATES) ids.push(await putJob(stage, state));
    await putRunner([ids[STATES.indexOf('running')] ?? '']);
    const [, queue] = await seeSame((driver) => driver.queues());
    assert.deepEqual(queue, {
      ...{
        name: 'default',
        schemaName: namingOf(TEST_SCHEMA).engine('graphile_worker'),
        available: 1,
        scheduled: 1,
        retryable: 1,
        running: 1,
      },
      ...{
        isPaused: false,
        pausedAt: null,
        pausedBy: null,
        concurrency: 3,
        fleetConcurrency: null,
        workers: 1,
      },
    });
  });

  test('workers', async () => {
    const id = await putJob(stage, 'running');
    const [token] = [await putRunner([id]), await putRunner([])];
    const workers = await seeSame((driver) => driver.workers());
    const { startedAt, heartbeatAt, ...busy } = workers.find((each) => each.token === token) ?? assert.fail();
    assert.ok(startedAt && heartbeatAt);
    assert.deepEqual(busy, {
      ...{ token, queue: 'default', kind: 'howdah', host: 'box-1', pid: 77, concurrency: 3, running: 1 },
      ...{ state: 'busy', poolId: `pool-${token}`, tasks: ['works', 'mails'] },
      ...{
        blockedSince: null,
        expiresAt: null,
        abandoned: [],
        application: null,
        version: null,
        memoryBytes: null,
        brokers: [],
      },
      runningJobs: [id],
    });
    const [, { running, concurrency, workers: count } = assert.fail()] = await seeSame((driver) =>
      driver.queues(),
    );
    assert.deepEqual([running, concurrency, count], [1, 6, 2]);
    await stage.drivers.HTTP.pause('default', 'x');
    const states = (await seeSame((driver) => driver.workers())).map(({ state }) => state);
    assert.deepEqual(states, ['paused', 'paused']);
  });

  test('the brokers of a worker, up or down', async () => {
    const token = await putRunner([]);
    const since = '2026-03-01T10:00:00.000Z';
    const gates = [
      { name: 'kafka', because: null, since: null, tasks: [] },
      { name: 'rabbitmq', because: 'connect ECONNREFUSED', since, tasks: ['mails'] },
    ];
    await stage.pool.query('update howdah.runners set gates = $2 where token = $1', [
      token,
      JSON.stringify(gates),
    ]);
    const [worker] = await seeSame((driver) => driver.workers());
    assert.deepEqual(worker?.brokers, [
      { name: 'kafka', state: 'up', because: null, since: null, tasks: [] },
      { name: 'rabbitmq', state: 'down', because: 'connect ECONNREFUSED', since, tasks: ['mails'] },
    ]);
  });

  test('tasks with their defaults and their schema, and where their jobs go', async () => {
    for (const [queue, routes] of [
      ['default', { works: 'kafka:works.v1' }], // as in the middle of a deployment
      ['default', {}],
      ['critical', { mails: 'rabbitmq:mail/new', works: 'kafka:not.its.queue' }],
    ] as const)
      await stage.pool.query(
        "select howdah.register_runner(gen_random_uuid(), $1, 'howdah', 'box', 7, 2, '{works,mails}', routes => $2)",
        [queue, routes],
      );
    const tasks = await seeSame((driver) => driver.tasks());
    const { payloadSchema, ...mails } = tasks.find(({ name }) => name === 'mails') ?? assert.fail();
    assert.deepEqual(mails, {
      name: 'mails',
      application: 'bank',
      queue: 'critical',
      maxRetries: 7,
      timeoutMs: 45_000,
      orderBy: null,
      routes: ['rabbitmq:mail/new'],
    });
    assert.deepEqual((payloadSchema as { required: string[] }).required, ['who']);
    const { payloadSchema: _, ...works } = tasks.find(({ name }) => name === 'works') ?? assert.fail();
    assert.deepEqual(works, {
      name: 'works',
      application: 'bank',
      queue: 'default',
      maxRetries: 25,
      timeoutMs: 1_800_000,
      orderBy: null,
      routes: ['kafka:works.v1', 'postgres'],
    });
    const ordered = tasks.find(({ name }) => name === 'ordered');
    assert.deepEqual([ordered?.orderBy, ordered?.routes], ['account', []]);
  });

  test('schedules', async () => {
    await stage.pool.query(
      `insert into howdah.cron_entries (identifier, task, queue, cron, payload, application)
       values ('nightly', 'works', 'default', '0 3 * * *', null, 'bank'),
              ('often', 'mails', 'critical', '*/5 * * * *', '{"who": "ada"}', 'gone')`,
    );
    await stage.pool.query("select howdah.record_schedule_fault('critical', 'often', 'no')");
    const schedules = await seeSame((driver) => driver.schedules());
    assert.ok(schedules[1]?.lastErrorAt);
    assert.deepEqual(
      schedules.map(({ nextRunAt: _, lastErrorAt: __, ...each }) => each),
      [
        {
          identifier: 'nightly',
          task: 'works',
          queue: 'default',
          cron: '0 3 * * *',
          payload: null,
          lastRunAt: null,
          lastError: null,
          application: 'bank',
          isOrphaned: false,
        },
        {
          ...{ identifier: 'often', task: 'mails', queue: 'critical', cron: '*/5 * * * *' },
          ...{ payload: { who: 'ada' }, lastRunAt: null, lastError: 'no' },
          ...{ application: 'gone', isOrphaned: true },
        },
      ],
    );
    assert.match(schedules[0]?.nextRunAt ?? '', /T03:00:00.000Z$/);
  });
});
