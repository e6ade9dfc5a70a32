import { writeInstant } from '../db/calendar.ts';
import type { SqlClient } from '../db/sql-client.ts';
import type { JobState } from '../look/job.ts';
import { command } from './command.ts';

/*
 * What an operator does to one job. Each returns the job's state after it and throws HowdahError: `job_not_found` for an
 * unknown id, `wrong_state` (with what to do instead) for a job that is in no state for it. Run them in a transaction.
 * Only a retry undoes an end, so only it takes the states that somebody has seen; the others look under the lock of a live job's row,
 * and refuse what has ended.
 */

/**
 * Has a job run again: a finished one from its first attempt under the same id, a waiting one at once.
 *
 * @param states in which the caller saw it; one that is in none of them by the time of the change is left as it is, and refused. @default any
 */
export async function retryJob(tx: SqlClient, id: string, states?: readonly JobState[]): Promise<JobState> {
  if (states === undefined) return command(tx, 'howdah.retry_job($1::bigint)', [id]);
  return command(tx, 'howdah.retry_job($1::bigint, $2::text[])', [id, `{${states.join(',')}}`]);
}

/** Cancels a job: a waiting one at once; a running one gets its signal within a second and ends cancelled. */
export async function cancelJob(tx: SqlClient, id: string, reason?: string): Promise<JobState> {
  return command(tx, 'howdah.cancel_job($1::bigint, $2::text)', [id, reason ?? null]);
}

/** Gives a waiting job up. */
export async function discardJob(tx: SqlClient, id: string, reason?: string): Promise<JobState> {
  return command(tx, 'howdah.discard_job($1::bigint, $2::text)', [id, reason ?? null]);
}

/** Makes a waiting job available at once. */
export async function runJobNow(tx: SqlClient, id: string): Promise<JobState> {
  return command(tx, 'howdah.run_job_now($1::bigint)', [id]);
}

/** Sets the earliest instant of a waiting job's next run. @throws {HowdahError} `invalid_request` for no Date of the years 1 to 9999 */
export async function rescheduleJob(tx: SqlClient, id: string, at: Date): Promise<JobState> {
  return command(tx, 'howdah.reschedule_job($1::bigint, $2::timestamptz)', [id, writeInstant(at, 'at')]);
}
