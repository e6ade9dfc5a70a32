import { setTimeout as delay } from 'node:timers/promises';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { createDatabaseGauges, type DatabaseStats } from './database-metrics.ts';
import type { EventHub } from './event-hub.ts';
import { countJobs, type KnownSeries } from './job-metrics.ts';
import type { Logger } from './logger.ts';
import { countBlocks } from './loop-metrics.ts';

/** What a scrape gets. */
export interface Metrics {
  readonly contentType: string;
  /** In Prometheus' text format. Never fails: when the database does not answer, its gauges are missing. */
  text(): Promise<string>;
}

export interface MetricsOptions extends KnownSeries {
  events: EventHub;
  log: Logger;
  /** Asked once a scrape; never again before it answered. */
  readDatabase: () => Promise<DatabaseStats>;
  /** Adds memory, CPU and event loop of this process. @default true */
  withProcess?: boolean;
  /** A scrape that waits longer for the database goes on without it. Milliseconds. @default 3,000 */
  readTimeoutMs?: number;
}

/** The metrics of one service: what this process does, by the hub's events, and what the database holds. */
export function createMetrics(options: MetricsOptions): Metrics {
  const { events, readDatabase, withProcess = true } = options;
  const processRegistry = new Registry();
  const databaseRegistry = new Registry();
  countJobs(processRegistry, events, options);
  countBlocks(processRegistry, events);
  if (withProcess) collectDefaultMetrics({ register: processRegistry });
  const scrapeDatabase = createDatabaseScrape(databaseRegistry, readDatabase);
  const health = createHealthGauges(processRegistry);
  let scraping: Promise<string> | undefined;
  const scrape = async () => {
    const startedAt = performance.now();
    const isUp = await answersInTime(scrapeDatabase(), options);
    health.up.set(Number(isUp));
    health.seconds.set((performance.now() - startedAt) / 1000);
    const texts = [processRegistry, ...(isUp ? [databaseRegistry] : [])].map((each) => each.metrics());
    return (await Promise.all(texts)).join('\n');
  };
  return {
    contentType: processRegistry.contentType,
    text() {
      scraping ??= scrape().finally(() => {
        scraping = undefined;
      });
      return scraping;
    },
  };
}

/** One read at a time: a database in trouble is not asked again by every scrape. */
function createDatabaseScrape(registry: Registry, readDatabase: () => Promise<DatabaseStats>) {
  const setGauges = createDatabaseGauges(registry);
  let reading: Promise<void> | undefined;
  return () => {
    reading ??= Promise.resolve()
      .then(readDatabase)
      .then(setGauges)
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
}

function createHealthGauges(registry: Registry) {
  return {
    up: new Gauge({
      name: 'howdah_database_up',
      help: '1 when the database answered this scrape; without it, what it would have told is missing',
      registers: [registry],
    }),
    seconds: new Gauge({
      name: 'howdah_database_scrape_seconds',
      help: 'How long this scrape waited for the database',
      registers: [registry],
    }),
  };
}

async function answersInTime(
  reading: Promise<void>,
  { log, readTimeoutMs = 3_000 }: MetricsOptions,
): Promise<boolean> {
  const ended = new AbortController();
  const answered = reading.then(
    () => true,
    (err: unknown) => {
      log.warn({ err }, 'metrics: the database did not answer');
      return false;
    },
  );
  const timedOut = delay(readTimeoutMs, false, { signal: ended.signal, ref: false }).catch(() => false);
  try {
    return await Promise.race([answered, timedOut]);
  } finally {
    ended.abort();
  }
}
