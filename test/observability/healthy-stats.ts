import type { BrokerState } from '../../src/look/brokers.ts';
import type { QueueStats } from '../../src/look/queue-stats.ts';
import type { MessageSource } from '../../src/look/sources.ts';
import type { UpkeepState } from '../../src/look/upkeep.ts';
import type { VacuumHolder } from '../../src/look/vacuum-holders.ts';

const DEFAULT: QueueStats = {
  queue: 'default',
  schemaName: 'graphile_worker',
  availableCount: 0,
  scheduledCount: 0,
  retryableCount: 0,
  runningCount: 0,
  isEstimate: false,
  oldestWaitSeconds: 0,
  concurrency: 5,
  fleetConcurrency: null,
  workerCount: 1,
  blockedWorkerCount: 0,
  abandonedCount: 0,
  isPaused: false,
  pausedAt: null,
  pausedBy: null,
  deadTupleCount: 0,
  tableBytes: 65_536,
  addedCount: 9,
  endedCount: 9,
};

const CRITICAL: QueueStats = {
  ...DEFAULT,
  queue: 'critical',
  availableCount: 12,
  scheduledCount: 5,
  retryableCount: 2,
  runningCount: 3,
  oldestWaitSeconds: 1.5,
  concurrency: 20,
  fleetConcurrency: 20,
  workerCount: 2,
  deadTupleCount: 40,
};

const PRUNING: UpkeepState = {
  kind: 'finished_jobs',
  periodMs: 60_000,
  lastStartedAt: new Date(0),
  lastSucceededAt: new Date(0),
  lastRemoved: 3,
  removedTotal: 12,
  lastError: null,
  nextDueAt: new Date(60_000),
  ageSeconds: 20,
  overdueSeconds: 0,
  host: 'h',
  pid: 1,
};

const USERS: MessageSource = {
  ...{ name: 'kafka:users.v1', broker: 'kafka', place: 'users.v1', task: 'sends', application: 'bank' },
  ...{ state: 'reading', explanation: 'It is read, and 7 messages wait.', remedy: null },
  ...{ readerCount: 2, lagCount: 7, partitionCount: 3, unreadPartitionCount: 0 },
  ...{ takenCount: 100, duplicateCount: 4, discardedCount: 3, withoutIdCount: 2, lostCount: 1 },
  ...{ lastTakenAt: null, trouble: null, troubleSince: null, refusedBecause: null, refusedAt: null },
  ...{ pausedAt: null, pausedBy: null },
};

/** What the database of a service without troubles tells a scrape; `changes` are of the queue `critical`. */
export function healthyStats(changes: Partial<QueueStats> = {}): {
  queues: QueueStats[];
  vacuumHolders: VacuumHolder[];
  upkeep: UpkeepState[];
  sources: MessageSource[];
  brokers: BrokerState[];
} {
  return {
    queues: [{ ...CRITICAL, ...changes }, DEFAULT],
    vacuumHolders: [],
    upkeep: [PRUNING],
    sources: [USERS],
    brokers: [],
  };
}
