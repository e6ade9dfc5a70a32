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

interface Removal {
  /** Jobs that wait are cancelled first, at most 10,000. */
  isForced: boolean;
}

/**
 * Takes a queue away that nothing uses; its finished jobs stay, and are found as before. Returns how many jobs were cancelled.
 *
 * @throws {HowdahError} `queue_in_use` with all that is in the way; trying again helps once that is gone
 */
export async function removeQueue(tx: SqlClient, queue: string, { isForced }: Removal): Promise<number> {
  return command<number>(tx, 'howdah.remove_queue($1::text, $2::boolean)', [queue, isForced]);
}
