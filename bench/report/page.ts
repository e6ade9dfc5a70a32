import type { Section } from '../section.ts';
import { figuresTable } from './figures-table.ts';
import { ratiosTable } from './ratios-table.ts';
import type { Record, Records } from './record.ts';
import { toTable } from './table.ts';

const [BEGIN, END] = ['<!-- figures -->', '<!-- /figures -->'];

/** The page with all sections between its marks, made anew. */
export function renderPage(page: string, sections: readonly Section[], records: Records): string {
  const [before = ''] = page.split(BEGIN);
  const [, after = ''] = page.split(END);
  const texts = sections.map((section) => renderSection(section, records[section.name]));
  return `${before}${BEGIN}\n\n${texts.join('\n\n')}\n\n${END}${after}`;
}

function renderSection(section: Section, record: Record | undefined): string {
  const head = [`## ${section.title}`, section.question, `\`npm run bench -- --only ${section.name}\``];
  return [...head, ...(record ? renderRecord(section, record) : ['not measured yet'])].join('\n\n');
}

function renderRecord(section: Section, { rows, notes, words = [], ...circumstances }: Record): string[] {
  const { name, chart, ratios } = section;
  return [
    `![${chart.title}](performance/${name}.svg)`,
    describe(circumstances),
    toTable(figuresTable(section, rows)),
    ...(ratios.length > 0 ? [toTable(ratiosTable(section, rows))] : []),
    ...(words.length > 0 ? [toTable(words)] : []),
    notes.map((note) => `- ${note}`).join('\n'),
  ];
}

function describe({ at, machine, servers, rounds }: Omit<Record, 'rows' | 'notes'>): string {
  return [
    `${at.slice(0, 16).replace('T', ' ')} UTC, ${machine}. ${servers.postgres}. ${servers.redis}.`,
    `Medians of ${rounds} rounds in which all take turns, least and greatest in brackets, unless it is said otherwise.`,
  ].join('\n');
}
