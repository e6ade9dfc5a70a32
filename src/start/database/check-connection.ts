import { describeDatabaseAddress, withSessions } from '../../config/database/database-address.ts';
import { lookAtSessions, type Sessions } from '../../db/connections/look-at-sessions.ts';
import { toError } from '../../errors/to-error.ts';
import { StartupError } from '../startup-error.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * The address, with what was found out about its sessions, which whoever connects to it will heed.
 *
 * @throws {StartupError} saying why the database cannot be reached, without its password; or what is in the way there
 */
export async function checkConnection(connectionString: string): Promise<string> {
  const sessions = await lookAt(connectionString, 'DATABASE_URL');
  refuseLacking(sessions, 'DATABASE_URL');
  return withSessions(connectionString, sessions.kind);
}

/** @throws {StartupError} naming each setting that Howdah relies on, is another there and is not its own to set */
export function refuseLacking(sessions: Sessions, variable: string): void {
  if (sessions.lacking.length > 0) throw new StartupError(`${variable}: ${describeLacking(sessions)}`);
}

/** What sessions there are like. @throws {StartupError} saying why there are none, without a password */
export async function lookAt(connectionString: string, variable: string): Promise<Sessions> {
  try {
    return await lookAtSessions(connectionString, CONNECT_TIMEOUT_MS);
  } catch (error) {
    const where = describeDatabaseAddress(connectionString);
    throw new StartupError(`${variable}: cannot connect to ${where}: ${describe(error)}`, { cause: error });
  }
}

/** In a sentence, with the statements that mend it. */
export function describeLacking({ lacking, role, database }: Sessions): string {
  const there = lacking.map(({ name, value, wanted }) => `${name} = ${value} (Howdah relies on ${wanted})`);
  const remedies = lacking.map(
    ({ name, wanted }) => `alter role "${role}" in database "${database}" set ${name} = '${wanted}';`,
  );
  return `sessions there have ${there.join(', ')}, and Howdah cannot set it from here; as a superuser: ${remedies.join(' ')}`;
}

/** Node reports a host with several addresses as one error per address and no message of its own. */
function describe(thrown: unknown): string {
  const error = toError(thrown);
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
