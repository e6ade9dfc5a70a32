import { createClient } from '../db/connection.ts';
import { StartupError } from './startup-error.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/** @throws {StartupError} saying why the database cannot be reached, without its password */
export async function checkConnection(connectionString: string): Promise<void> {
  const client = createClient(
    { connectionString, applicationName: 'howdah' },
    { connectionTimeoutMillis: CONNECT_TIMEOUT_MS },
  );
  try {
    await client.connect();
  } catch (error) {
    const reason = error instanceof Error ? describe(error) : String(error);
    throw new StartupError(`DATABASE_URL: cannot connect to ${withoutPassword(connectionString)}: ${reason}`);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Node reports a host with several addresses as one error per address and no message of its own. */
function describe(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map((each: Error) => each.message).join('; ');
  return error.message;
}

function withoutPassword(connectionString: string): string {
  const url = new URL(connectionString);
  if (url.password) url.password = '***';
  return url.href;
}
