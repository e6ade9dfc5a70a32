import { parseDatabaseAddress } from './database-address.ts';
import { readTls } from './tls-setting.ts';

/** The address as it was given, once the files that it names can be read. @throws {Mistake} */
export function parseDatabaseUrl(value: string): string {
  const { tls } = parseDatabaseAddress(value);
  if (tls) readTls(tls);
  return value;
}
