import { randomBytes, randomInt } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What keeps the connection string the same from one start to the next. */
export interface EmbeddedSettings {
  port: number;
  password: string;
}

const NAME = 'postgres.json';

/** The settings kept in the folder; `undefined` when there are none that can be read. */
export async function readSettings(dataDir: string): Promise<EmbeddedSettings | undefined> {
  try {
    const { port, password } = JSON.parse(await readFile(join(dataDir, NAME), 'utf8'));
    return Number.isInteger(port) && typeof password === 'string' ? { port, password } : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the settings, readable by this user only. */
export async function writeSettings(dataDir: string, settings: EmbeddedSettings): Promise<void> {
  const path = join(dataDir, NAME);
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  await rename(fresh, path);
}

export function newSettings(): EmbeddedSettings {
  return { port: randomPort(), password: randomBytes(24).toString('base64url') };
}

/** Below the ports that Linux and macOS hand out by themselves, so that it is still free at the next start. */
export function randomPort(): number {
  return randomInt(20_000, 32_000);
}
