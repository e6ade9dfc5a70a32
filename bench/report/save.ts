import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Section } from '../section.ts';
import { SECTIONS } from '../sections.ts';
import { chart } from './chart.ts';
import { renderPage } from './page.ts';
import { type Record, type Records, readRecords, writeRecord } from './record.ts';

/** A section that was run, and what was found. */
export interface Ran {
  section: Section;
  record: Record;
}

const PAGE = new URL('../../docs/performance.md', import.meta.url);
const CHARTS = new URL('../../docs/performance/', import.meta.url);

/** Puts the section into docs/performance.json, the page and its chart; what was found of others stays. */
export async function save({ section, record }: Ran): Promise<void> {
  await render(await writeRecord(section.name, record));
  execFileSync('npx', ['biome', 'format', '--write', 'docs/performance.json'], { stdio: 'ignore' });
}

/** Writes page and charts anew from what was found, after a section has got other words, say. */
export async function render(records?: Records): Promise<void> {
  const found = records ?? (await readRecords());
  await mkdir(CHARTS, { recursive: true });
  for (const section of SECTIONS) {
    const record = found[section.name];
    if (record) await writeFile(new URL(`${section.name}.svg`, CHARTS), chart(section, record.rows));
  }
  await writeFile(PAGE, renderPage(await readFile(PAGE, 'utf8'), SECTIONS, found));
}
