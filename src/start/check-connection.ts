import { describeDatabaseAddress } from '../config/database-address.ts';
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
    const where = describeDatabaseAddress(connectionString);
    throw new StartupError(`DATABASE_URL: cannot connect to ${where}: ${describe(error)}`);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Node reports a host with several addresses as one error per address and no message of its own. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map((each: Error) => each.message).join('; ');
  }
  return [error.message, adviseOn(error)].filter((part) => part !== undefined).join('; ');
}

const NOT_TRUSTED = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
]);

function adviseOn(error: Error): string | undefined {
  const code = 'code' in error ? String(error.code) : '';
  if (NOT_TRUSTED.has(code)) {
    return 'no CA that is trusted here vouches for the server: name its CA in sslrootcert (docs/connecting.md)';
  }
  return undefined;
}
