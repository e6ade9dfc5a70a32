import { ROLE } from './cluster.ts';
import { readSettings } from './settings.ts';

/** Where the embedded Postgres of a data folder listens while it runs; undefined when it was never started. */
export async function embeddedAddress(dataDir: string): Promise<string | undefined> {
  const settings = await readSettings(dataDir);
  if (!settings) return undefined;
  return `postgres://${ROLE}:${settings.password}@127.0.0.1:${settings.port}/howdah`;
}
