import { readBrokers } from '../../src/look/brokers.ts';
import { readQueueStats } from '../../src/look/queue-stats.ts';
import { readSources } from '../../src/look/sources.ts';
import { readUpkeep } from '../../src/look/upkeep.ts';
import { readVacuumHolders } from '../../src/look/vacuum-holders.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import type { BoundTask } from '../../src/tasks/bind.ts';
import { openTestQueue, type TestHandler, type TestQueue } from '../support/test-queue.ts';
import { parseScrape, type Sample } from './parse-scrape.ts';

/** A queue of the test's own that is scraped as a service is. */
export interface WatchedQueue extends TestQueue {
  /** What Prometheus gets. */
  scrape(): Promise<Sample[]>;
}

export interface WatchedQueueOptions {
  handlers: TestHandler[];
  /** Further tasks. @default none */
  gated?: BoundTask<object>[];
  /** How the scrapes reach the database. @default as the test does */
  metricsPool?: (connectionString: string) => Promise<TestQueue['pool']>;
  /** @default 3,000 */
  readTimeoutMs?: number;
}

export async function openWatchedQueue(options: WatchedQueueOptions): Promise<WatchedQueue> {
  const { handlers, gated = [], metricsPool, ...own } = options;
  const queue = await openTestQueue([...handlers, ...gated]);
  const pool = (await metricsPool?.(queue.database.connectionString)) ?? queue.pool;
  const metrics = createMetrics({
    ...own,
    events: queue.events,
    log: createLogger({ level: 'silent' }),
    readDatabase: async () => ({
      queues: await readQueueStats(pool),
      vacuumHolders: await readVacuumHolders(pool),
      upkeep: await readUpkeep(pool),
      sources: await readSources(pool),
      brokers: await readBrokers(pool),
    }),
    known: handlers.map(([{ name: task, queue: home }]) => ({ queue: home, task })),
    queues: ['critical', 'default'],
  });
  return { ...queue, scrape: async () => parseScrape(await metrics.text()) };
}
