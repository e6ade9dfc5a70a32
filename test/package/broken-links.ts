import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Relative links of the Markdown below a folder that lead out of it, or to nothing; each with its page. */
export async function brokenLinks(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const pages = names.filter((name) => name.endsWith('.md') && !name.includes('node_modules'));
  return pages.flatMap((page) =>
    linksOf(join(folder, page))
      .filter((link) => !/^([a-z]+:|#)/.test(link))
      .filter((link) => !leads(link, { folder, page: join(folder, page) }))
      .map((link) => `${page}: ${link}`),
  );
}

function linksOf(page: string): string[] {
  const text = readFileSync(page, 'utf8').replace(/^ *```.*\n[\s\S]*?^ *```$/gm, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
}

function leads(link: string, { folder, page }: { folder: string; page: string }): boolean {
  const target = join(dirname(page), link.replace(/#.*/, ''));
  return target.startsWith(folder) && existsSync(target);
}
