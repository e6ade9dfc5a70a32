import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { before, describe, test } from 'node:test';
import { createHowdah } from '../../src/howdah/create-howdah.ts';
import { compilePages } from './compile-pages.ts';
import { PAGES, readBlocks } from './read-blocks.ts';

describe('what is TypeScript in the documentation', () => {
  const pages = PAGES.filter((page) => codeOf(page).length > 0);
  let faults: Map<string, string>;
  before(async () => {
    const entries = pages.map(
      async (page) => [page, { blocks: codeOf(page), files: await readGiven(page) }] as const,
    );
    faults = await compilePages(new Map(await Promise.all(entries)));
  });
  for (const page of pages) test(`compiles, in ${page}`, () => assert.equal(faults.get(page), ''));

  test('says so at its fence, and in no other way', () => {
    const odd = PAGES.flatMap((page) =>
      readBlocks(page)
        .filter(({ language }) => /^(ts.+|typescript|[cm]?jsx?|javascript)$/.test(language))
        .map(({ line }) => `${page}:${line}`),
    );
    assert.deepEqual(odd, []);
  });

  test('has every method of createHowdah, in docs/typescript.md', () => {
    const shown = readBlocks('docs/typescript.md').map(({ text }) => text);
    const listed = ['announce', 'tasks', 'schedules', 'workers', 'close'];
    const missing = Object.keys(createHowdah()).filter(
      (name) => !listed.includes(name) && !shown.join('\n').includes(`howdah.${name}`),
    );
    assert.deepEqual(missing, []);
  });

  test('has every server that the API is mounted in, in docs/http.md', () => {
    const shown = readBlocks('docs/http.md').map(({ text }) => text);
    const hosts = ["'hono'", "'express'", "'fastify'", "'node:http'", 'route.ts'];
    assert.deepEqual(
      hosts.filter((host) => !shown.join('\n').includes(host)),
      [],
    );
  });
});

function codeOf(page: string): string[] {
  return readBlocks(page).flatMap(({ language, text }) => (language === 'ts' ? [text] : []));
}

/** What the blocks of a page leave to the reader. */
async function readGiven(page: string): Promise<Record<string, string>> {
  const file = new URL(`given/${basename(page, '.md').toLowerCase()}.ts`, import.meta.url);
  if (!existsSync(file)) return {};
  const { GIVEN } = (await import(file.href)) as { GIVEN: Record<string, string> };
  return GIVEN;
}
