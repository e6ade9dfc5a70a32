import type { SqlClient } from '../../db/sql-client.ts';
import { HowdahError } from '../../errors.ts';
import { command } from '../../operate/command.ts';

/** What the database asks itself for a name, and refuses one that it has not with those that it has, the nearest first. */
const CALLS = {
  queue: 'howdah.queue_schema($1::text)',
  source: '(howdah.known_source($1::text)).name',
} as const;

/** @throws {HowdahError} `unknown_queue` or `unknown_source`, in the words that commands have for it */
export async function refuseUnknown(
  client: SqlClient,
  kind: keyof typeof CALLS,
  name: string,
): Promise<never> {
  await command(client, CALLS[kind], [name]);
  // It was made between the two statements.
  throw new HowdahError(`unknown_${kind}`, { detail: `There was no ${kind} ${JSON.stringify(name)}` });
}
