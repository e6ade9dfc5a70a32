import { translatingErrors } from '../db/command-error.ts';
import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { sqlInstant } from './instant.ts';

export interface ChartQuery {
  /** @default all of them together */
  queue?: string;
  /** @default all of them together */
  task?: string;
  /** The chart begins with the step that this falls into, 30 days ago at the earliest. @default an hour ago */
  since?: Date;
  /**
   * What a point stands for, in milliseconds: whole minutes, up to 30 days; whole hours where `since` is more than two days
   * ago.
   */
  stepMs: number;
}

/** What happened in a step. Durations are in milliseconds, within 9.1 %, and null where no run ended. */
export interface ChartPoint {
  /** When the step begins. */
  at: Date;
  /** What of it has been counted: all, but in the last point. */
  coveredSeconds: number;
  completedCount: number;
  /** Attempts, whatever was decided. */
  failedCount: number;
  discardedCount: number;
  cancelledCount: number;
  waitP50Ms: number | null;
  waitP95Ms: number | null;
  runP50Ms: number | null;
  runP95Ms: number | null;
  /** The greatest depth of the step; null for a task, and where no worker lived that would have looked. */
  availableCount: number | null;
  scheduledCount: number | null;
  retryableCount: number | null;
  runningCount: number | null;
  oldestWaitSeconds: number | null;
}

const SELECT = `
  select ${sqlInstant('at')} as at, covered_seconds as "coveredSeconds", completed::float8 as "completedCount",
         failed::float8 as "failedCount", discarded::float8 as "discardedCount", cancelled::float8 as "cancelledCount",
         wait_p50_ms as "waitP50Ms", wait_p95_ms as "waitP95Ms", run_p50_ms as "runP50Ms", run_p95_ms as "runP95Ms",
         available::float8 as "availableCount", scheduled::float8 as "scheduledCount",
         retryable::float8 as "retryableCount", running::float8 as "runningCount",
         oldest_wait_seconds as "oldestWaitSeconds"
  from howdah.chart(coalesce($1::text::timestamptz, now() - interval '1 hour'), make_interval(secs => $2::float8), $3, $4)
  order by at`;

/**
 * A point a step, oldest first, up to the last minute that was counted, which is one or two ago while a worker lives. Reads
 * what upkeep has kept, no job.
 *
 * @throws {HowdahError} `invalid_options` for a step that cannot be had, `unknown_queue`, `unknown_task`
 */
export async function readChart(
  client: SqlClient,
  { queue, task, since, stepMs }: ChartQuery,
): Promise<ChartPoint[]> {
  const values = [since?.toISOString() ?? null, stepMs / 1_000, queue ?? null, task ?? null];
  const rows = await translatingErrors(() =>
    queryRows<Omit<ChartPoint, 'at'> & { at: number }>(client, SELECT, values),
  );
  return rows.map((row) => ({ ...row, at: new Date(row.at) }));
}
