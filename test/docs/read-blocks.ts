import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);

/** The pages of this repository, by their paths in it. */
export const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(fileURLToPath(new URL('docs/', ROOT)))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export interface Block {
  page: string;
  /** What the fence says: ts, sh, json … */
  language: string;
  text: string;
  line: number;
  /** The `##` that it is under. */
  section: string;
}

/** The fenced blocks of a page in their order; those in a list without its indent. */
export function readBlocks(page: string): Block[] {
  const text = readFileSync(new URL(page, ROOT), 'utf8');
  const fences = text.matchAll(/^( *)```(.*)\n([\s\S]*?)^\1```$/gm);
  return [...fences].map((fence) => {
    const [, indent = '', language = '', code = ''] = fence;
    const before = text.slice(0, fence.index).split('\n');
    const section = before.findLast((each) => each.startsWith('## '))?.slice(3) ?? '';
    return {
      page,
      language,
      line: before.length,
      section,
      text: code.replace(new RegExp(`^${indent}`, 'gm'), ''),
    };
  });
}
