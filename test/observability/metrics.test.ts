import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { createEventHub, type EventHub } from '../../src/observability/event-hub.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createMetrics, type Metrics } from '../../src/observability/metrics.ts';
import { healthyStats } from './healthy-stats.ts';
import { parseScrape } from './parse-scrape.ts';

const log = createLogger({ level: 'silent' });
const RUN = { jobId: '1', task: 'send_mail', queue: 'critical', attempt: 1, maxAttempts: 3 };
const KNOWN = [{ queue: 'critical', task: 'send_mail' }];

let events: EventHub;
let metrics: Metrics;
beforeEach(() => {
  events = createEventHub();
  const readDatabase = async () => healthyStats();
  metrics = createMetrics({ events, log, readDatabase, known: KNOWN, queues: ['critical', 'bulk'] });
});

async function read(name: string, labels: Record<string, string> = {}): Promise<number | undefined> {
  const samples = parseScrape(await metrics.text()).filter((sample) => sample.name === name);
  return samples.find(({ labels: own }) => Object.entries(labels).every(([key, value]) => own[key] === value))
    ?.value;
}

/** The counters of the task that are not 0, by the word in their names. */
async function counted(): Promise<Record<string, number>> {
  const samples = parseScrape(await metrics.text());
  const entries = samples.flatMap(({ name, value }) => {
    const word = /^howdah_jobs_(\w+)_total$/.exec(name)?.[1];
    return word && value > 0 ? [[word, value] as const] : [];
  });
  return Object.fromEntries(entries);
}

describe('the counters', () => {
  test('are all there at 0 before anything happened', async () => {
    assert.equal(await read('howdah_jobs_discarded_total', { queue: 'critical', task: 'send_mail' }), 0);
    assert.equal(await read('howdah_jobs_rescued_total', { queue: 'critical', task: 'send_mail' }), 0);
    assert.equal(await read('howdah_jobs_discarded_total', { queue: 'bulk', task: 'send_mail' }), 0);
    assert.equal(await read('howdah_job_run_seconds_count', { task: 'send_mail' }), 0);
    assert.deepEqual(await counted(), {});
  });

  test('follow a job from its enqueue to its completion', async () => {
    events.emit('job.enqueued', { ...RUN, maxRetries: 2, runAt: new Date() });
    events.emit('job.started', { ...RUN, waitMs: 40 });
    events.emit('job.completed', { ...RUN, durationMs: 1500 });
    assert.deepEqual(await counted(), { enqueued: 1, started: 1, completed: 1 });
    assert.equal(await read('howdah_job_wait_seconds_sum'), 0.04);
    assert.equal(await read('howdah_job_run_seconds_sum'), 1.5);
    assert.equal(await read('howdah_job_run_seconds_bucket', { le: '1' }), 0);
    assert.equal(await read('howdah_job_run_seconds_bucket', { le: '2.5' }), 1);
  });

  for (const [decision, expected] of [
    ['retry', { failed: 1, retried: 1 }],
    ['discard', { failed: 1, discarded: 1 }],
    ['cancel', { cancelled: 1 }],
    ['snooze', { snoozed: 1 }],
    ['return', { returned: 1 }],
  ] as const) {
    test(`count a run that ended with ${decision}`, async () => {
      events.emit('job.failed', { ...RUN, durationMs: 10, decision, error: new Error('x') });
      assert.deepEqual(await counted(), expected);
    });
  }

  test('count the jobs of a rescue by task, also as what became of them', async () => {
    const byTask = [
      { task: 'send_mail', ended: null, hadBegun: true, jobs: 4 },
      { task: 'send_mail', ended: 'discarded', hadBegun: true, jobs: 2 },
      { task: 'bill', ended: 'cancelled', hadBegun: false, jobs: 1 },
    ] as const;
    events.emit('runner.rescued', { token: 't', queue: 'critical', because: 'gone', jobs: 7, byTask });
    const jobs = { queue: 'critical', task: 'send_mail' };
    assert.equal(await read('howdah_jobs_rescued_total', jobs), 6);
    assert.equal(await read('howdah_jobs_discarded_total', jobs), 2);
    assert.equal(await read('howdah_jobs_failed_total', jobs), 2);
    assert.equal(await read('howdah_jobs_cancelled_total', jobs), 0);
    assert.equal(await read('howdah_jobs_cancelled_total', { task: 'bill' }), 1);
    assert.equal(await read('howdah_jobs_unrecorded_total', jobs), 6);
    assert.equal(await read('howdah_jobs_unrecorded_total', { task: 'bill' }), undefined);
  });
});

describe('the gauges', () => {
  test('show what the database tells', async () => {
    const expected = { available: 12, scheduled: 5, retryable: 2, running: 3 };
    for (const [state, count] of Object.entries(expected)) {
      assert.equal(await read('howdah_queue_jobs', { queue: 'critical', state }), count);
    }
    assert.equal(await read('howdah_queue_oldest_waiting_seconds', { queue: 'critical' }), 1.5);
    assert.equal(await read('howdah_database_up'), 1);
  });

  test('tell of sources of messages', async () => {
    const source = 'kafka:users.v1';
    assert.equal(await read('howdah_source_lag', { source }), 7);
    assert.equal(await read('howdah_source_readers', { source }), 2);
    assert.equal(await read('howdah_source_hindered', { source }), 0);
    assert.equal(await read('howdah_source_messages_total', { source, outcome: 'taken' }), 100);
    assert.equal(await read('howdah_source_messages_total', { source, outcome: 'lost' }), 1);
    assert.equal(await read('howdah_source_without_id_total', { source }), 2);
  });

  test('leave out a limit that is not set', async () => {
    assert.equal(await read('howdah_queue_fleet_concurrency', { queue: 'critical' }), 20);
    assert.equal(await read('howdah_queue_fleet_concurrency', { queue: 'default' }), undefined);
  });

  test('of a queue that is gone disappear', async () => {
    let stats = healthyStats();
    metrics = createMetrics({ events, log, readDatabase: async () => stats });
    assert.equal(await read('howdah_queue_workers', { queue: 'default' }), 1);
    stats = { ...stats, queues: stats.queues.slice(0, 1) };
    assert.equal(await read('howdah_queue_workers', { queue: 'default' }), undefined);
  });
});

describe('a scrape', () => {
  test('of a service whose database fails still has what the process did', async () => {
    metrics = createMetrics({ events, log, readDatabase: () => Promise.reject(new Error('gone')) });
    events.emit('job.started', { ...RUN, waitMs: 1 });
    assert.deepEqual(await counted(), { started: 1 });
    assert.equal(await read('howdah_database_up'), 0);
    assert.equal(await read('howdah_queue_jobs'), undefined);
  });

  test('of a service whose database hangs goes on without it, and does not ask again meanwhile', async () => {
    let reads = 0;
    const never = new Promise<never>(() => {});
    const readDatabase = () => {
      reads++;
      return never;
    };
    metrics = createMetrics({ events, log, readDatabase, readTimeoutMs: 20 });
    assert.equal(await read('howdah_database_up'), 0);
    assert.equal(await read('howdah_database_up'), 0);
    assert.equal(reads, 1);
  });

  test('has the process itself', async () => {
    assert.ok(((await read('process_resident_memory_bytes')) ?? 0) > 0);
  });
});
