import type { SqlClient } from '../db/sql-client.ts';
import { type Canary, readCanary } from '../look/canaries.ts';
import { command } from './command.ts';

export interface CanaryOptions {
  /** Jobs at most, the newest first; 1 to 100. @default 5 */
  readonly jobs?: number | undefined;
  /** For the audit log, and kept with the canary. @default none */
  readonly reason?: string | undefined;
}

/**
 * Retries the newest discarded jobs of a group of failures before the others, and remembers which they were: `readCanaries` tells
 * how they went. Jobs that somebody else retries or removes at that moment are passed over for the next.
 *
 * @throws {HowdahError} `wrong_state` when no job can be retried; `invalid_options`
 */
export async function startCanary(
  tx: SqlClient,
  failure: string,
  { jobs = 5, reason }: CanaryOptions = {},
): Promise<Canary> {
  const values = [failure, jobs, reason ?? null];
  const id = await command<string>(tx, 'howdah.start_canary($1::text, $2::integer, $3::text)::text', values);
  const canary = await readCanary(tx, id);
  if (!canary) throw new Error('the canary that was just started is not there');
  return canary;
}
