import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { sqlInstant, toDate } from './instant.ts';

/** One queue, as its operator and monitoring see it. */
export interface QueueStats {
  queue: string;
  /** Schema of its tables: what the stock command line takes as `--schema`. */
  schemaName: string;
  /** Jobs that could run now; prefetched ones among them, running ones not. */
  availableCount: number;
  /** Jobs for later that have not failed. */
  scheduledCount: number;
  /** Jobs that failed and wait to be tried again. */
  retryableCount: number;
  /** Jobs whose handlers were at work at the latest heartbeats. */
  runningCount: number;
  /** Whether the first three are estimates. */
  isEstimate: boolean;
  /** How long the job that has been available longest has waited; 0 when none waits. */
  oldestWaitSeconds: number;
  /** Runs at once, all living workers together. */
  concurrency: number;
  /** Runs at once that the fleet is held to; null for no limit. */
  fleetConcurrency: number | null;
  /** Runners with a heartbeat in the last 10 s. */
  workerCount: number;
  /** Those of them whose event loop is blocked by a handler. */
  blockedWorkerCount: number;
  /** Handlers that are still at work though their run is over or should be: they ignore their signal. */
  abandonedCount: number;
  isPaused: boolean;
  pausedAt: Date | null;
  pausedBy: string | null;
  /** Row versions of the job table that vacuum has not removed yet. */
  deadTupleCount: number;
  /** The job table with its indexes. */
  tableBytes: number;
  /** Jobs written since the server's statistics began, by whomever; those of a transaction rolled back among them. */
  addedCount: number;
  /** Jobs that left the queue since then, however they ended. */
  endedCount: number;
}

const SELECT = `
  select queue, schema_name as "schemaName", available::float8 as "availableCount", scheduled::float8 as "scheduledCount",
         retryable::float8 as "retryableCount", running::float8 as "runningCount", is_estimate as "isEstimate",
         oldest_wait_seconds as "oldestWaitSeconds", concurrency::float8 as "concurrency",
         fleet_concurrency as "fleetConcurrency", workers::float8 as "workerCount", is_paused as "isPaused",
         ${sqlInstant('paused_at')} as "pausedAt", paused_by as "pausedBy",
         dead_tuples::float8 as "deadTupleCount", table_bytes::float8 as "tableBytes",
         blocked_workers::float8 as "blockedWorkerCount", abandoned::float8 as "abandonedCount",
         added_total::float8 as "addedCount", ended_total::float8 as "endedCount"
  from howdah.queue_stats()
  order by queue`;

/**
 * Every queue by name. Takes milliseconds at any number of jobs, for which counts above some thousands are estimates,
 * within some 20 % for a state that holds a fifth of the queue or more.
 */
export async function readQueueStats(client: SqlClient): Promise<QueueStats[]> {
  const rows = await queryRows<Omit<QueueStats, 'pausedAt'> & { pausedAt: number | null }>(
    client,
    SELECT,
    [],
  );
  return rows.map((row) => ({ ...row, pausedAt: toDate(row.pausedAt) }));
}
