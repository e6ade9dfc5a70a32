import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, test } from 'node:test';
import { createHowdah } from '../../src/howdah/create-howdah.ts';
import { compileBlocks } from '../support/compile-blocks.ts';
import { PAGES, readBlocks } from './read-blocks.ts';

describe('what is TypeScript in the documentation', () => {
  for (const page of PAGES) {
    const blocks = readBlocks(page).filter(({ language }) => language === 'ts');
    if (blocks.length === 0) continue;
    test(`compiles, in ${page}`, async () => {
      const code = blocks.map(({ text }) => text);
      assert.equal(await compileBlocks(code, await readGiven(page)), '');
    });
  }

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

/** What the blocks of a page leave to the reader. */
async function readGiven(page: string): Promise<Record<string, string>> {
  const file = new URL(`given/${basename(page, '.md').toLowerCase()}.ts`, import.meta.url);
  if (!existsSync(file)) return {};
  const { GIVEN } = (await import(file.href)) as { GIVEN: Record<string, string> };
  return GIVEN;
}
