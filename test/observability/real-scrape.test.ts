import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { createApp } from '../../src/http/app.ts';
import { createHealthApp } from '../../src/http/server/health-app.ts';
import { readBrokers } from '../../src/look/brokers.ts';
import { readQueueStats } from '../../src/look/queue-stats.ts';
import { readSources } from '../../src/look/sources.ts';
import { readUpkeep } from '../../src/look/upkeep.ts';
import { readVacuumHolders } from '../../src/look/vacuum-holders.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createMetrics, type Metrics } from '../../src/observability/metrics.ts';
import { bind } from '../../src/tasks/bind.ts';
import { SkipRetry } from '../../src/tasks/outcomes.ts';
import { FakeGate } from '../support/fake-gate.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { readAlertRules, readDashboardQueries } from './alert-rules.ts';
import { parseScrape, type Sample } from './parse-scrape.ts';
import { evaluate, metricsIn } from './promql.ts';

const work = testTask('work');
const spoil = testTask('spoil');
const KNOWN = ['critical', 'default'].flatMap((queue) => ['work', 'spoil'].map((task) => ({ queue, task })));
const AUTHORIZED = { headers: { Authorization: 'Bearer viewer' } };

/** There only in situations of their own. */
const SOMETIMES = ['howdah_queue_fleet_concurrency'];

let queue: TestQueue;
let metrics: Metrics;
before(async () => {
  queue = await openTestQueue([
    [work, async () => {}],
    [spoil, () => Promise.reject(new SkipRetry('no use'))],
    { ...bind(testTask('mail'), async () => {}), gate: new FakeGate() },
  ]);
  const { events, pool } = queue;
  const readDatabase = async () => ({
    queues: await readQueueStats(pool),
    vacuumHolders: await readVacuumHolders(pool),
    upkeep: await readUpkeep(pool),
    sources: await readSources(pool),
    brokers: await readBrokers(pool),
  });
  metrics = createMetrics({ events, log: createLogger({ level: 'silent' }), readDatabase, known: KNOWN });
  await pool.query(
    `select howdah.announce_source('rabbitmq:orders', t.name, 'bank') from howdah.tasks t limit 1`,
  );
  await pool.query(`insert into howdah.source_readers (reader, source, host, pid, backend_pid, depth)
    values (gen_random_uuid(), 'rabbitmq:orders', 'h', 1, pg_backend_pid(), 3)`);
});
after(() => queue.close());

/** What Prometheus gets from a worker process. */
async function scrape(): Promise<Sample[]> {
  const app = createHealthApp(async () => ({ ready: true, checks: {} }), {
    metrics,
    tokens: ['admin', 'viewer'],
  });
  const response = await app.request('/metrics', AUTHORIZED);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('Content-Type') ?? '', /^text\/plain; version=0\.0\.4/);
  return parseScrape(await response.text());
}

async function firing(earlier: readonly Sample[]): Promise<string[]> {
  const scrapes = { before: earlier, now: await scrape(), secondsBetween: 60 };
  return readAlertRules().flatMap(({ name, expression }) => {
    return evaluate(expression, scrapes).map(({ labels }) =>
      [name, labels['queue'], labels['task']].join(' ').trim(),
    );
  });
}

describe('a scrape of a service with jobs', { concurrency: 1 }, () => {
  test('fires the alerts of a queue that nobody works on and whose job waits', async () => {
    const runAt = new Date(Date.now() - 600_000);
    await queue.distributor.distribute(queue.pool, work, {}, { queue: 'default', runAt });
    const alerts = await firing(await scrape());
    assert.deepEqual(alerts.sort(), [
      'HowdahJobsWaitTooLong default',
      'HowdahQueueWithoutWorkers critical',
      'HowdahQueueWithoutWorkers default',
    ]);
  });

  test('fires the alerts of a task that fails, once workers are there, and of no other', async () => {
    const earlier = await scrape();
    await queue.start();
    const { id } = await queue.distributor.distribute(queue.pool, spoil, {}, { queue: 'critical' });
    await queue.untilState(id, 'discarded');
    await waitFor('the late job to be done', async () => (await queueOf('default'))?.value === 0);
    const alerts = await firing(earlier);
    assert.deepEqual(alerts.sort(), [
      'HowdahJobsDiscarded critical spoil',
      'HowdahManyRunsFail critical spoil',
    ]);
    assert.deepEqual(await firing(await scrape()), []);
  });

  test('has every metric, with every label, that alerts and dashboard ask for', async () => {
    const samples = await scrape();
    const missing = [...readAlertRules(), ...readDashboardQueries()].flatMap(({ expression }) => [
      ...metricsIn(expression).filter((name) => !samples.some((sample) => sample.name === name)),
      ...labelsIn(expression).filter((label) => !samples.some(({ labels }) => label in labels)),
    ]);
    assert.deepEqual(
      [...new Set(missing)].filter((name) => !SOMETIMES.includes(name)),
      [],
    );
  });

  test('has the metrics that docs/metrics.md lists, and no other of ours', async () => {
    const text = await readFile(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
    const listed = [...text.matchAll(/^\| `(howdah_\w+)`/gm)].map(([, name = '']) => name);
    const told = (await scrape()).map(({ name }) => name.replace(/_seconds_(bucket|sum|count)$/, '_seconds'));
    const ours = new Set([...told.filter((name) => name.startsWith('howdah_')), ...SOMETIMES]);
    assert.deepEqual(listed.sort(), [...ours].sort());
  });

  test('answers every query of the dashboard', async () => {
    const scrapes = { before: await scrape(), now: await scrape(), secondsBetween: 15 };
    const silent = readDashboardQueries().filter(
      ({ expression }) => evaluate(expression, scrapes).length === 0,
    );
    assert.deepEqual(
      silent.map(({ expression }) => metricsIn(expression)),
      SOMETIMES.map((name) => [name]),
    );
  });
});

describe('GET /metrics', () => {
  const ready = async () => ({ ready: true, checks: {} });

  test('takes the token of a reader or an operator, in every role', async () => {
    const apps = [
      createHealthApp(ready, { metrics, tokens: ['admin', 'viewer'] }),
      createApp({
        ...({} as Parameters<typeof createApp>[0]),
        log: createLogger({ level: 'silent' }),
        publicUrl: () => '',
        checkReadiness: ready,
        metrics,
        adminToken: 'admin',
        viewerToken: 'viewer',
      }),
    ];
    for (const app of apps) {
      const statusOf = async (Authorization: string) =>
        (await app.request('/metrics', { headers: { Authorization } })).status;
      assert.deepEqual(
        [await statusOf('Bearer viewer'), await statusOf('Bearer admin'), await statusOf('Bearer guess')],
        [200, 200, 401],
      );
      assert.equal((await app.request('/metrics')).status, 401);
    }
  });

  test('does not exist without metrics', async () => {
    assert.equal((await createHealthApp(ready).request('/metrics', AUTHORIZED)).status, 404);
  });
});

async function queueOf(name: string): Promise<Sample | undefined> {
  const samples = await scrape();
  return samples.find(
    (each) => each.name === 'howdah_queue_oldest_waiting_seconds' && each.labels['queue'] === name,
  );
}

/** Labels that an expression groups by or selects; Prometheus itself adds the instance. */
function labelsIn(expression: string): string[] {
  const lists = [...expression.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(', '),
  );
  const matched = [...expression.matchAll(/[{,] ?(\w+)=/g)].map(([, name = '']) => name);
  return [...lists, ...matched].filter((name) => name !== 'instance');
}
