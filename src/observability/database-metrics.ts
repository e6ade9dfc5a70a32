import { Counter, Gauge, type Registry } from 'prom-client';
import type { BrokerState } from '../look/brokers.ts';
import type { QueueStats } from '../look/queue-stats.ts';
import type { MessageSource } from '../look/sources.ts';
import type { UpkeepState } from '../look/upkeep.ts';
import type { VacuumHolder } from '../look/vacuum-holders.ts';
import { createSourceMetrics } from './source-metrics.ts';

/** What a scrape reads from the database. */
export interface DatabaseStats {
  queues: readonly QueueStats[];
  vacuumHolders: readonly VacuumHolder[];
  upkeep: readonly UpkeepState[];
  sources: readonly MessageSource[];
  brokers: readonly BrokerState[];
}

/** The gauges of one number a queue: name after `howdah_queue_`, help, and the number; null for none. */
const QUEUE_GAUGES: readonly [string, string, (stats: QueueStats) => number | null][] = [
  [
    'depth_is_estimate',
    '1 when howdah_queue_jobs is an estimate, as in a big queue; 0 when it is exact',
    (stats) => Number(stats.isEstimate),
  ],
  [
    'oldest_waiting_seconds',
    'How long the job that has been available longest has waited; 0 when none waits',
    (stats) => stats.oldestWaitSeconds,
  ],
  ['running', 'Jobs whose handlers were at work at the latest heartbeats', (stats) => stats.runningCount],
  [
    'concurrency',
    "Runs at once, all living workers together, within the fleet's limit",
    (stats) => Math.min(stats.concurrency, stats.fleetConcurrency ?? Number.POSITIVE_INFINITY),
  ],
  [
    'fleet_concurrency',
    'Runs at once that the fleet is held to; absent for no limit',
    (stats) => stats.fleetConcurrency,
  ],
  [
    'workers',
    'Workers that live: with a heartbeat in the last 10 s, or a lease that has not run out',
    (stats) => stats.workerCount,
  ],
  [
    'blocked_workers',
    'Living workers whose event loop is blocked by a handler that computes',
    (stats) => stats.blockedWorkerCount,
  ],
  [
    'abandoned_runs',
    'Handlers still at work though their run is over or should be: they ignore their signal',
    (stats) => stats.abandonedCount,
  ],
  ['paused', '1 while the queue is paused', (stats) => Number(stats.isPaused)],
  [
    'dead_tuples',
    'Dead row versions in the job table, as the server estimates',
    (stats) => stats.deadTupleCount,
  ],
  ['table_bytes', 'Size of the job table with its indexes', (stats) => stats.tableBytes],
];

/** The same of numbers that only grow. */
const QUEUE_COUNTERS: readonly [string, string, (stats: QueueStats) => number][] = [
  [
    'added_total',
    'Jobs written to the queue by whomever, plain SQL too, among them those whose transaction was rolled back',
    (stats) => stats.addedCount,
  ],
  ['ended_total', 'Jobs that left the queue, whoever ran or ended them', (stats) => stats.endedCount],
];

const DEPTH_HELP =
  'Live jobs by state. Exact up to about 2,000 jobs a state; beyond, an estimate from statistics and a sample of the ' +
  'table, within some 20 % for a state that holds a fifth of the queue or more';

/** Gauges of the whole service, the same from every process; returns what gives them their values. */
export function createDatabaseGauges(registry: Registry): (stats: DatabaseStats) => void {
  const depth = queueGauge(registry, 'jobs', DEPTH_HELP, ['queue', 'state']);
  const gauges = QUEUE_GAUGES.map(([name, help, read]) => ({
    gauge: queueGauge(registry, name, help),
    read,
  }));
  const counters = QUEUE_COUNTERS.map(([name, help, read]) => ({
    counter: queueCounter(registry, name, help),
    read,
  }));
  const setVacuum = createVacuumGauges(registry);
  const setUpkeep = createUpkeepGauges(registry);
  const setSources = createSourceMetrics(registry);
  const setBrokers = createBrokerGauges(registry);
  return ({ queues, vacuumHolders, upkeep, sources, brokers }) => {
    for (const gauge of [depth, ...gauges.map((each) => each.gauge)]) gauge.reset();
    for (const { counter } of counters) counter.reset();
    for (const stats of queues) {
      setDepth(depth, stats);
      for (const { gauge, read } of gauges) setUnlessNull(gauge, stats.queue, read(stats));
      for (const { counter, read } of counters) counter.inc({ queue: stats.queue }, read(stats));
    }
    setVacuum(vacuumHolders);
    setUpkeep(upkeep);
    setSources(sources);
    setBrokers(brokers);
  };
}

function queueGauge(registry: Registry, name: string, help: string, labelNames = ['queue']): Gauge {
  return new Gauge({ name: `howdah_queue_${name}`, help, labelNames, registers: [registry] });
}

function queueCounter(registry: Registry, name: string, help: string): Counter {
  return new Counter({ name: `howdah_queue_${name}`, help, labelNames: ['queue'], registers: [registry] });
}

function setDepth(depth: Gauge, { queue, ...stats }: QueueStats): void {
  depth.set({ queue, state: 'available' }, stats.availableCount);
  depth.set({ queue, state: 'scheduled' }, stats.scheduledCount);
  depth.set({ queue, state: 'retryable' }, stats.retryableCount);
  depth.set({ queue, state: 'running' }, stats.runningCount);
}

function setUnlessNull(gauge: Gauge, queue: string, value: number | null): void {
  if (value !== null) gauge.set({ queue }, value);
}

function createVacuumGauges(registry: Registry): (holders: readonly VacuumHolder[]) => void {
  const seconds = new Gauge({
    name: 'howdah_vacuum_held_back_seconds',
    help: 'Age of the oldest transaction that keeps vacuum from removing dead rows; 0 when there is none',
    registers: [registry],
  });
  const transactions = new Gauge({
    name: 'howdah_vacuum_held_back_transactions',
    help: 'Transactions begun since the oldest snapshot that a session, prepared transaction, slot or standby holds',
    registers: [registry],
  });
  return (holders) => {
    seconds.set(Math.max(0, ...holders.map(({ ageSeconds }) => ageSeconds ?? 0)));
    transactions.set(Math.max(0, ...holders.map(({ ageTransactions }) => ageTransactions)));
  };
}

function createUpkeepGauges(registry: Registry): (states: readonly UpkeepState[]) => void {
  const options = { labelNames: ['kind'], registers: [registry] };
  const age = new Gauge({
    ...options,
    name: 'howdah_upkeep_age_seconds',
    help: 'How long ago a kind of upkeep last succeeded; without a success, since its latest turn began',
  });
  const overdue = new Gauge({
    ...options,
    name: 'howdah_upkeep_overdue_seconds',
    help: 'How long ago a kind of upkeep should have succeeded again; 0 while it is in time',
  });
  const removed = new Counter({
    ...options,
    name: 'howdah_upkeep_removed_total',
    help: 'Rows that a kind of upkeep removed, all workers together',
  });
  return (states) => {
    for (const metric of [age, overdue, removed]) metric.reset();
    for (const { kind, ageSeconds, overdueSeconds, removedTotal } of states) {
      age.set({ kind }, ageSeconds);
      overdue.set({ kind }, overdueSeconds);
      removed.inc({ kind }, removedTotal);
    }
  };
}

function createBrokerGauges(registry: Registry): (states: readonly BrokerState[]) => void {
  const options = { labelNames: ['broker'], registers: [registry] };
  const down = new Gauge({
    ...options,
    name: 'howdah_broker_down_workers',
    help: 'Workers that hand jobs over to the broker and from which it takes no messages',
  });
  const waiting = new Gauge({
    ...options,
    name: 'howdah_broker_waiting_jobs',
    help: 'Available jobs of the tasks that those workers leave waiting; 10,000 for as many or more',
  });
  return (states) => {
    for (const gauge of [down, waiting]) gauge.reset();
    for (const { broker, downCount, waitingCount } of states) {
      down.set({ broker }, downCount);
      waiting.set({ broker }, waitingCount);
    }
  };
}
