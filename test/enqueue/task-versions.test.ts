import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { announceVersions } from '../../src/enqueue/announce-tasks.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { keepAnnouncing } from '../../src/start/announce/keep-announcing.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import { defineTask, type TaskDefinition } from '../../src/tasks/define-task.ts';
import { describeTask } from '../../src/tasks/task-version.ts';
import { GREETINGS, type Release } from '../support/greeting-versions.ts';
import { RollingFleet } from '../support/rolling-fleet.ts';
import { waitFor } from '../support/wait-for.ts';

let fleet: RollingFleet;

beforeEach(async () => {
  fleet = await RollingFleet.open();
});

afterEach(() => fleet.close());

async function current(): Promise<{ version: string; queue: string; max_retries: number }> {
  const { rows } = await fleet.pool.query(
    "select version, queue, max_retries from howdah.tasks where name = 'greets'",
  );
  return rows[0];
}

function versionOf(release: Release): string {
  return describeTask(GREETINGS[release] as TaskDefinition).version;
}

test('an old process that starts again leaves the newer definition in place', async () => {
  await fleet.startApi('first');
  await fleet.startApi('expanded');
  await fleet.startApi('first');
  assert.equal((await current()).version, versionOf('expanded'));
  await fleet.enqueue({ name: 'Ada', tone: 'warm' });
});

test('defaults of a task change with its version, and an older process changes none back', async () => {
  await fleet.startApi('first');
  await fleet.startApi('patient');
  await fleet.startApi('first');
  assert.deepEqual(await current(), { version: versionOf('patient'), queue: 'critical', max_retries: 9 });
});

test('an enqueue fits when a version that is around takes it, and is told of the newest otherwise', async () => {
  await fleet.startApi('first');
  await fleet.startApi('contracted');
  await fleet.enqueue({ name: 'Ada' });
  await fleet.enqueue({ name: 'Ada', tone: 'warm' });
  await fleet.pool.query('select howdah.enqueue_jobs($1)', [
    JSON.stringify([
      { task: 'greets', payload: { name: 'Ada' } },
      { task: 'greets', payload: { name: 'Ada', tone: 'warm' } },
    ]),
  ]);
  await fleet.distribute('first', { name: 'Ada' });
  await assert.rejects(fleet.enqueue({ name: 1 }), {
    code: 'HWPAY',
    message:
      'payload.name: expected string, received number; payload.tone: expected string, received nothing',
  });
  await fleet.forget('first', '61 minutes');
  await assert.rejects(fleet.enqueue({ name: 'Ada' }), { code: 'HWPAY' });
});

test('after a deployment was taken back for an hour, the version that is left takes its place again', async () => {
  await fleet.startApi('first');
  await fleet.startApi('contracted');
  await fleet.forget('contracted', '59 minutes');
  await fleet.startApi('first');
  assert.equal((await current()).version, versionOf('contracted'));
  await fleet.forget('contracted', '61 minutes');
  await fleet.startApi('first');
  assert.equal((await current()).version, versionOf('first'));
  await fleet.startApi('contracted');
  assert.equal((await current()).version, versionOf('first'));
});

test('processes of several versions that start at once agree on the newest', async () => {
  const releases: Release[] = ['first', 'expanded', 'contracted', 'patient'];
  await Promise.all([...releases, ...releases, ...releases].map((release) => fleet.startApi(release)));
  const { rows } = await fleet.pool.query(
    "select version, number from howdah.task_versions where task = 'greets' order by number desc",
  );
  assert.deepEqual(
    rows.map(({ number }) => number),
    [4, 3, 2, 1],
  );
  assert.equal((await current()).version, rows[0].version);
});

test('of two that announce at once, the one that comes second is the newest, though it began first', async () => {
  const client = await fleet.pool.connect();
  await client.query('begin');
  await client.query('lock table howdah.task_versions in share row exclusive mode');
  const waiting = fleet.startApi('expanded');
  await waitFor('it to wait', async () => {
    const { rows } = await fleet.pool.query(
      "select from pg_locks where not granted and mode = 'ShareRowExclusiveLock'",
    );
    return rows.length === 1;
  });
  const definition = GREETINGS.first;
  await client.query('select howdah.announce_tasks($1)', [
    JSON.stringify([
      {
        name: 'greets',
        version: versionOf('first'),
        queue: definition.queue,
        max_retries: definition.maxRetries,
        timeout_ms: definition.timeoutMs,
        payload_schema: describeTask(definition as TaskDefinition).schema,
      },
    ]),
  ]);
  await client.query('commit');
  client.release();
  await waiting;
  assert.equal((await current()).version, versionOf('expanded'));
});

test('a process that lives on says again that its versions are around, and a failure does not end that', async () => {
  await fleet.startApi('first');
  await fleet.forget('first', '2 hours');
  let calls = 0;
  const client = {
    query(text: string, values: unknown[]) {
      calls += 1;
      if (calls === 1) throw new Error('the database is away');
      return fleet.pool.query(text, values);
    },
  };
  const catalogue = createCatalogue([GREETINGS.first as TaskDefinition]);
  using _announcing = keepAnnouncing(() => announceVersions(client as never, catalogue), {
    log: createLogger({ level: 'silent' }),
    everyMs: 20,
  });
  await waitFor('it to be around', async () => {
    await nextTurn();
    const { rows } = await fleet.pool.query("select from howdah.versions_around('greets')");
    return rows.length === 1;
  });
});

test('a version is the same whatever the order of members, and another for each change', () => {
  const version = (payload: z.ZodType, settings = {}) =>
    describeTask(defineTask<unknown>({ name: 'any', payload, ...settings })).version;
  const a = z.string();
  const b = z.number();
  const same = version(z.strictObject({ a, b }));
  assert.equal(version(z.strictObject({ b, a })), same);
  const others = [
    version(z.object({ a, b })),
    version(z.strictObject({ a, b: b.optional() })),
    version(z.strictObject({ a: a.min(1), b })),
    version(z.strictObject({ a, b }), { maxRetries: 3 }),
    version(z.strictObject({ a, b }), { queue: 'critical' }),
    version(z.strictObject({ a, b }), { timeoutMs: 1 }),
  ];
  assert.equal(new Set([same, ...others]).size, 7);
});
