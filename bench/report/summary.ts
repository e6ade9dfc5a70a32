import { figuresTable } from './figures-table.ts';
import { ratiosTable } from './ratios-table.ts';
import type { Ran } from './save.ts';
import { toTable } from './table.ts';

/** What was found, for a terminal. */
export function summarize({ section, record }: Ran): string {
  const { rows, notes, words = [], seconds } = record;
  const tables = [figuresTable(section, rows), ratiosTable(section, rows), words];
  return [
    ...tables.filter((table) => table.length > 1).map(toTable),
    notes.join('\n'),
    `in ${seconds} s`,
  ].join('\n\n');
}
