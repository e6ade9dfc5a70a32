import type { Config } from '../../config.ts';
import type { PlaceOptions } from '../worker-options.ts';
import { checkAddresses, type ServerAddresses } from './open-server.ts';

/**
 * The addresses of a program that may say them itself, tried.
 *
 * @param config what they and the environment make together
 * @throws {StartupError} naming the option where the program said it, and the variable where the environment did
 */
export function checkProgramAddresses(
  { connectionString }: Pick<PlaceOptions, 'connectionString'>,
  { databaseUrl = '', databaseDirectUrl }: Pick<Config, 'databaseUrl' | 'databaseDirectUrl'>,
): Promise<ServerAddresses> {
  if (connectionString === undefined) return checkAddresses(databaseUrl, databaseDirectUrl);
  const names = { database: 'connectionString', direct: 'directConnectionString' };
  return checkAddresses(databaseUrl, databaseDirectUrl, names);
}
