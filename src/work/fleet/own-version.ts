import { readFileSync } from 'node:fs';

let read: string | undefined;

/** The version of the package that this process runs. */
export function ownVersion(): string {
  read ??= (JSON.parse(readFileSync(MANIFEST, 'utf8')) as { version: string }).version;
  return read;
}

const MANIFEST = new URL('../../../package.json', import.meta.url);
