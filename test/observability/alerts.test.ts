import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createEventHub, type EventHub } from '../../src/observability/event-hub.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { readAlertRules } from './alert-rules.ts';
import { healthyStats } from './healthy-stats.ts';
import { parseScrape } from './parse-scrape.ts';
import { evaluate } from './promql.ts';

const RUN = { jobId: '1', task: 'send_mail', queue: 'critical', attempt: 3, maxAttempts: 3 };
const KNOWN = [
  { queue: 'critical', task: 'send_mail' },
  { queue: 'default', task: 'bill' },
];
const HOLDER = { kind: 'session', pid: 7, name: 'psql', role: 'ada', state: 'idle in transaction' } as const;
const LONG_OPEN = { ...HOLDER, startedAt: new Date(), ageSeconds: 700, ageTransactions: 9 };

/** What happens to a service between two scrapes, and what its database tells at the second. */
interface Situation {
  happens?: (events: EventHub) => void;
  database?: () => Promise<ReturnType<typeof healthyStats>>;
}

const QUEUE = { queue: 'critical' };
const QUEUE_TASK = { queue: 'critical', task: 'send_mail' };
const told = (changes: Parameters<typeof healthyStats>[0]): Situation => ({
  database: async () => healthyStats(changes),
});

/** For each alert a situation in which it must fire, for whom, and one close to it in which it must not. */
const SITUATIONS: Record<string, { firing: Situation; labels: Record<string, string>; quiet: Situation }> = {
  HowdahDatabaseDown: {
    firing: { database: () => Promise.reject(new Error('gone')) },
    labels: {},
    quiet: {},
  },
  HowdahQueueWithoutWorkers: {
    firing: told({ workerCount: 0 }),
    labels: QUEUE,
    quiet: told({ workerCount: 1 }),
  },
  HowdahJobsWaitTooLong: {
    firing: told({ oldestWaitSeconds: 301 }),
    labels: QUEUE,
    quiet: told({ oldestWaitSeconds: 301, isPaused: true }),
  },
  HowdahQueueSaturated: {
    firing: told({ runningCount: 20, oldestWaitSeconds: 31 }),
    labels: QUEUE,
    quiet: told({ runningCount: 20, oldestWaitSeconds: 3 }),
  },
  HowdahSlowPickUp: {
    firing: { happens: (events) => starts(events, { count: 10, waitMs: 200_000 }) },
    labels: QUEUE,
    quiet: { happens: (events) => starts(events, { count: 10, waitMs: 200 }) },
  },
  HowdahQueuePaused: { firing: told({ isPaused: true }), labels: QUEUE, quiet: told({ isPaused: false }) },
  HowdahJobsDiscarded: {
    firing: { happens: (events) => fails(events, 'discard', 1) },
    labels: QUEUE_TASK,
    quiet: { happens: (events) => fails(events, 'cancel', 1) },
  },
  HowdahManyRunsFail: {
    firing: { happens: (events) => [starts(events, { count: 10, waitMs: 1 }), fails(events, 'retry', 6)] },
    labels: QUEUE_TASK,
    quiet: { happens: (events) => [starts(events, { count: 10, waitMs: 1 }), fails(events, 'retry', 5)] },
  },
  HowdahJobsRescued: {
    firing: { happens: (events) => rescues(events, 2) },
    labels: QUEUE,
    quiet: { happens: (events) => rescues(events, 0) },
  },
  HowdahVacuumHeldBack: {
    firing: { database: async () => ({ ...healthyStats(), vacuumHolders: [LONG_OPEN] }) },
    labels: {},
    quiet: {
      database: async () => ({ ...healthyStats(), vacuumHolders: [{ ...LONG_OPEN, ageSeconds: 500 }] }),
    },
  },
  HowdahJobTableBloated: {
    firing: told({ deadTupleCount: 100_001 }),
    labels: QUEUE,
    quiet: told({ deadTupleCount: 100_001, availableCount: 200_000 }),
  },
};

describe('the alerts', () => {
  const rules = readAlertRules();

  test('are all tried here', () => {
    const tried = ['HowdahNotScraped', ...Object.keys(SITUATIONS)];
    assert.deepEqual(rules.map(({ name }) => name).sort(), tried.sort());
  });

  for (const { name, expression } of rules) {
    const situation = SITUATIONS[name];
    if (!situation) continue;
    test(`${name} fires for whom it should, and does not fire for a service close to it`, async () => {
      const firing = evaluate(expression, await scrapesOf(situation.firing));
      assert.deepEqual(
        firing.map(({ labels }) => labels),
        [situation.labels],
      );
      assert.deepEqual(evaluate(expression, await scrapesOf(situation.quiet)), []);
    });
  }

  test('HowdahNotScraped fires when there is no scrape at all', async () => {
    const expression = rules.find(({ name }) => name === 'HowdahNotScraped')?.expression ?? '';
    assert.equal(evaluate(expression, { before: [], now: [], secondsBetween: 60 }).length, 1);
    assert.deepEqual(evaluate(expression, await scrapesOf({})), []);
  });

  test('are silent about a healthy service', async () => {
    const scrapes = await scrapesOf({ happens: (events) => starts(events, { count: 5, waitMs: 3 }) });
    const firing = rules.filter(({ expression }) => evaluate(expression, scrapes).length > 0);
    assert.deepEqual(firing, []);
  });
});

/** Two scrapes a minute apart, with what happens between them. */
async function scrapesOf({ happens, database = async () => healthyStats() }: Situation) {
  const events = createEventHub();
  const log = createLogger({ level: 'silent' });
  const metrics = createMetrics({ events, log, readDatabase: database, known: KNOWN, withProcess: false });
  const before = parseScrape(await metrics.text());
  happens?.(events);
  return { before, now: parseScrape(await metrics.text()), secondsBetween: 60 };
}

function starts(events: EventHub, { count, waitMs }: { count: number; waitMs: number }): void {
  for (let i = 0; i < count; i++) events.emit('job.started', { ...RUN, waitMs });
}

function fails(events: EventHub, decision: 'retry' | 'discard' | 'cancel', count: number): void {
  const error = new Error('because');
  for (let i = 0; i < count; i++) events.emit('job.failed', { ...RUN, durationMs: 1, decision, error });
}

function rescues(events: EventHub, jobs: number): void {
  events.emit('runner.rescued', { token: 't', queue: 'critical', because: 'gone', jobs });
}
