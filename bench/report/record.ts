import { readFile, writeFile } from 'node:fs/promises';
import type { Result } from '../section.ts';

/** What a section found, and when and on what: as it is in docs/performance.json. */
export interface Record extends Result {
  /** When it was done, ISO 8601. */
  readonly at: string;
  /** How long it took. */
  readonly seconds: number;
  readonly machine: string;
  readonly servers: Readonly<{ postgres: string; redis: string }>;
  readonly rounds: number;
}

/** By the name of the section. */
export type Records = Readonly<{ [section: string]: Record }>;

const FILE = new URL('../../docs/performance.json', import.meta.url);

export async function readRecords(): Promise<Records> {
  return (JSON.parse(await readFile(FILE, 'utf8')) as { sections: Records }).sections;
}

/** Puts it in the place of what was there of the section, and leaves the others alone. */
export async function writeRecord(name: string, record: Record): Promise<Records> {
  const sections = { ...(await readRecords()), [name]: record };
  await writeFile(FILE, `${JSON.stringify({ sections }, roundLong, 1)}\n`);
  return sections;
}

/** Six digits are more than anything here can be measured to. NaN is no JSON. */
function roundLong(_: string, value: unknown): unknown {
  if (typeof value !== 'number') return value;
  return Number.isFinite(value) ? Number(value.toPrecision(6)) : null;
}
