import type { QueueStats } from './queue-stats.ts';

/** Why the oldest available job of a queue does not run, as `howdah.explain_job` says. */
export interface Standstill {
  jobId: string;
  waitedSeconds: number;
  cause: string;
  explanation: string;
  /** What would change it. */
  remedy: string;
}

/**
 * Why a queue is behind:
 * - `copy`: the database is a copy, in which no job runs before somebody decides so;
 * - `paused`; `no_worker` that serves it, or `no_worker_knows_task`;
 * - `broker_down`: no worker reaches the broker that its jobs go to;
 * - `stalled`: workers begin no run, as the ends of those before cannot be written;
 * - `blocked`: the event loops of all its workers are, by handlers that compute;
 * - `fleet_full`, `queue_full`: all places are taken, those of the fleet's limit or of its workers;
 * - `locked`, `queue_name`, `version`, `sequence`: something keeps its oldest job, and perhaps no other;
 * - `slow`: jobs run, and more come;
 * - `unread`: what keeps its oldest job could not be read, as somebody holds a lock on jobs that have ended.
 */
export type BehindCause =
  | 'copy'
  | 'paused'
  | 'no_worker'
  | 'no_worker_knows_task'
  | 'broker_down'
  | 'stalled'
  | 'blocked'
  | 'fleet_full'
  | 'queue_full'
  | 'locked'
  | 'queue_name'
  | 'version'
  | 'sequence'
  | 'slow'
  | 'unread';

/** Whether a queue's jobs run in time, as plain data. */
export interface QueueVerdict {
  /** Whether a job that could have run has waited for too long. */
  isBehind: boolean;
  /** Null where it is not behind. */
  because: BehindCause | null;
  /**
   * Its oldest available job with an explanation; null where it is not behind, and where a worker holds all that wait; `unread`
   * where it is behind and somebody holds a lock on what would tell.
   */
  oldest: Standstill | 'unread' | null;
}

const TOLD: ReadonlySet<string> = new Set([
  ...[
    'copy',
    'paused',
    'no_worker',
    'no_worker_knows_task',
    'broker_down',
    'stalled',
    'fleet_full',
    'queue_full',
  ],
  ...['locked', 'queue_name', 'version', 'sequence'],
]);

/**
 * @param oldest undefined where no job has waited for too long; `unread` where that could not be read
 * @param behindSeconds how long is too long
 */
export function toVerdict(
  stats: QueueStats,
  oldest: Standstill | 'unread' | undefined,
  behindSeconds: number,
): QueueVerdict {
  const isBehind = (oldest !== undefined && oldest !== 'unread') || stats.oldestWaitSeconds >= behindSeconds;
  if (!isBehind) return { isBehind, because: null, oldest: null };
  if (oldest === 'unread') return { isBehind, because: causeOf(stats, undefined) ?? 'unread', oldest };
  return { isBehind, because: causeOf(stats, oldest?.cause) ?? 'slow', oldest: oldest ?? null };
}

/** What is wrong with all its workers says more than that they are full, which they are then too. Undefined where nothing is. */
function causeOf(stats: QueueStats, told: string | undefined): BehindCause | undefined {
  const isFull = told === undefined || told === 'fleet_full' || told === 'queue_full';
  if (told !== undefined && TOLD.has(told) && !isFull) return told as BehindCause;
  if (stats.isPaused) return 'paused';
  if (stats.workerCount === 0) return 'no_worker';
  if (stats.blockedWorkerCount >= stats.workerCount) return 'blocked';
  if (told !== undefined && TOLD.has(told)) return told as BehindCause;
  const { fleetConcurrency, concurrency, runningCount } = stats;
  if (fleetConcurrency !== null && runningCount >= fleetConcurrency) return 'fleet_full';
  return runningCount >= concurrency ? 'queue_full' : undefined;
}
