import { withSchema, withSessions } from '../../config/database/database-address.ts';
import type { Config } from '../../config.ts';
import { StartupError } from '../startup-error.ts';
import { lookAt, refuseLacking } from './check-connection.ts';
import { startEmbedded } from './start-embedded.ts';

/** Where the database is, by two ways. */
export interface ServerAddresses {
  /** For what is done in one transaction: requests, checks, the business code of tasks. May lead through a pooler. */
  databaseUrl: string;
  /** For what belongs to a session: migrations, runners, heartbeat and control. The same, unless there is a pooler. */
  directUrl: string;
}

const NEEDED =
  'set DATABASE_DIRECT_URL to the address of Postgres itself, which the few connections take that need a session of ' +
  'their own, or use a pooler in session mode';

/**
 * Addresses that work: of the configured server, or of an embedded one which ends with the stack.
 *
 * @throws {StartupError} when there is no connection, or no session that Howdah could rely on
 */
export async function openServer(
  config: Config,
  resources: AsyncDisposableStack,
  onStep: (step: string) => void = () => {},
): Promise<ServerAddresses> {
  if (config.databaseUrl !== undefined) return checkAddresses(config.databaseUrl, config.databaseDirectUrl);
  onStep(`starting a Postgres of its own in ${config.dataDir}`);
  const { connectionString, stop } = await startEmbedded(config.dataDir);
  resources.defer(stop);
  const address = withSchema(connectionString, config.schema);
  return { databaseUrl: address, directUrl: address };
}

/** The same for a server that is there. @throws {StartupError} likewise */
export async function checkAddresses(
  given: string,
  givenDirect: string | undefined,
): Promise<ServerAddresses> {
  const sessions = await lookAt(given, 'DATABASE_URL');
  if (givenDirect === undefined && sessions.kind === 'shared') {
    throw new StartupError(`DATABASE_URL ${SHARED}: ${NEEDED}`);
  }
  refuseLacking(sessions, 'DATABASE_URL');
  const databaseUrl = withSessions(given, sessions.kind);
  if (givenDirect === undefined) return { databaseUrl, directUrl: databaseUrl };
  const direct = await lookAt(givenDirect, 'DATABASE_DIRECT_URL');
  if (direct.kind === 'shared') {
    throw new StartupError(`DATABASE_DIRECT_URL ${SHARED}: expected the address of Postgres itself`);
  }
  if (direct.place !== sessions.place) {
    throw new StartupError('DATABASE_DIRECT_URL: expected the same database as that of DATABASE_URL');
  }
  refuseLacking(direct, 'DATABASE_DIRECT_URL');
  return { databaseUrl, directUrl: withSessions(givenDirect, direct.kind) };
}

const SHARED = 'leads through a pooler that gives each transaction another session (transaction mode)';
