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

/** Who was told the addresses, and by what names: an error says what is to be changed. */
export interface AddressNames {
  readonly database: string;
  readonly direct: string;
}

/** Of a process's own environment. */
const VARIABLES: AddressNames = { database: 'DATABASE_URL', direct: 'DATABASE_DIRECT_URL' };

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

/** The same for a server that is there. @throws {StartupError} likewise, by the names that the addresses were given by */
export async function checkAddresses(
  given: string,
  givenDirect: string | undefined,
  names = VARIABLES,
): Promise<ServerAddresses> {
  const sessions = await lookAt(given, names.database);
  if (givenDirect === undefined && sessions.kind === 'shared') {
    throw new StartupError(`${names.database} ${SHARED}: ${needed(names)}`);
  }
  refuseLacking(sessions, names.database);
  const databaseUrl = withSessions(given, sessions.kind);
  if (givenDirect === undefined) return { databaseUrl, directUrl: databaseUrl };
  const direct = await lookAt(givenDirect, names.direct);
  if (direct.kind === 'shared') {
    throw new StartupError(`${names.direct} ${SHARED}: expected the address of Postgres itself`);
  }
  if (direct.place !== sessions.place) {
    throw new StartupError(`${names.direct}: expected the same database as that of ${names.database}`);
  }
  refuseLacking(direct, names.direct);
  return { databaseUrl, directUrl: withSessions(givenDirect, direct.kind) };
}

function needed({ direct }: AddressNames): string {
  return `set ${direct} to the address of Postgres itself, which the few connections take that need a session of their own, or use a pooler in session mode`;
}

const SHARED = 'leads through a pooler that gives each transaction another session (transaction mode)';
