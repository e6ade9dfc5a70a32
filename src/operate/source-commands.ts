import type { SqlClient } from '../db/sql-client.ts';
import { command } from './command.ts';

/*
 * What an operator does to one source of messages, in a transaction; all workers know within a second of its commit. Each throws
 * HowdahError `unknown_source` for an unknown name.
 */

/** None of its messages becomes a job until it is resumed. Returns whether that is new. */
export async function pauseSource(tx: SqlClient, source: string, by: string): Promise<boolean> {
  return command<boolean>(tx, 'howdah.pause_source($1::text, $2::text)', [source, by]);
}

/** The same of every source that was ever read. Returns of how many that is new. */
export async function pauseSources(tx: SqlClient, by: string): Promise<number> {
  return command<number>(tx, 'howdah.pause_sources($1::text)', [by]);
}

/** Returns how many were paused. */
export async function resumeSources(tx: SqlClient): Promise<number> {
  return command<number>(tx, 'howdah.resume_sources()', []);
}

/** Returns whether it was paused. */
export async function resumeSource(tx: SqlClient, source: string): Promise<boolean> {
  return command<boolean>(tx, 'howdah.resume_source($1::text)', [source]);
}

/**
 * Goes on with a topic as it is, which was refused. Returns how many partitions have another position.
 *
 * @throws {HowdahError} `wrong_state` for one that was not
 */
export async function acceptSource(tx: SqlClient, source: string): Promise<number> {
  return command<number>(tx, 'howdah.accept_source($1::text)', [source]);
}

/**
 * Takes one off the list that no worker reads any more; its positions are kept, for whoever reads it again.
 *
 * @throws {HowdahError} `wrong_state` for one that was read within the last hour
 */
export async function forgetSource(tx: SqlClient, source: string): Promise<void> {
  await command(tx, 'howdah.forget_source($1::text)', [source]);
}
