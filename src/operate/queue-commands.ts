import type { SqlClient } from '../db/sql-client.ts';
import { command } from './command.ts';

/*
 * What an operator does to one queue, in a transaction; all workers know within a second of its commit. Each throws
 * HowdahError `unknown_queue` for an unknown name.
 */

/** Hands out no job until it is resumed; running ones finish. Returns whether that is new. */
export async function pauseQueue(tx: SqlClient, queue: string, by: string): Promise<boolean> {
  return command<boolean>(tx, 'howdah.pause_queue($1::text, $2::text)', [queue, by]);
}

/** Returns whether it was paused. */
export async function resumeQueue(tx: SqlClient, queue: string): Promise<boolean> {
  return command<boolean>(tx, 'howdah.resume_queue($1::text)', [queue]);
}

/** At most so many runs at once in all processes together, null for no limit. Returns the limit until now. */
export async function setFleetConcurrency(
  tx: SqlClient,
  queue: string,
  runs: number | null,
): Promise<number | null> {
  return command(tx, 'howdah.set_fleet_concurrency($1::text, $2::integer)', [queue, runs]);
}
