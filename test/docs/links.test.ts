import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PAGES } from './read-blocks.ts';

const ROOT = new URL('../../', import.meta.url);

test('every link of the documentation leads somewhere', () => {
  const broken = PAGES.flatMap((page) => {
    const text = read(new URL(page, ROOT)).replace(/^ *```.*\n[\s\S]*?^ *```$/gm, '');
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    return links.filter((link) => !leads(link, new URL(page, ROOT))).map((link) => `${page}: ${link}`);
  });
  assert.deepEqual(broken, []);
});

function leads(link: string, page: URL): boolean {
  if (/^[a-z]+:/.test(link)) return true;
  const target = new URL(link, page);
  const anchor = target.hash.slice(1);
  target.hash = '';
  return existsSync(target) && (anchor === '' || anchorsOf(target).has(anchor));
}

/** As GitHub makes them of headings: small letters, hyphens for spaces, nothing else but words. */
function anchorsOf(page: URL): Set<string> {
  const headings = [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_\- ]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function read(page: URL): string {
  return readFileSync(page, 'utf8');
}

test('every file of src that the documentation names is there', () => {
  const named = PAGES.flatMap((page) =>
    [...read(new URL(page, ROOT)).matchAll(/\bsrc\/[\w/-]+\.(ts|sql|txt)\b/g)].map(([path]) => ({
      page,
      path,
    })),
  );
  const missing = named.filter(({ path }) => !existsSync(new URL(path, ROOT)));
  assert.deepEqual(missing, []);
});

test('every test that the stories of other outboxes are shown by is there', () => {
  const brokers = read(new URL('docs/brokers.md', ROOT));
  const [, stories = ''] = brokers.match(/^## What goes wrong elsewhere$([\s\S]*?)^## /m) ?? [];
  const named = [...stories.matchAll(/`((?:relay|start|integration)\/[\w/-]+)(\.ts)?`/g)];
  assert.ok(named.length >= 12);
  const missing = named.filter(([, path, end]) => {
    return !existsSync(new URL(`test/${path}${end ?? '.test.ts'}`, ROOT));
  });
  assert.deepEqual(missing, []);
});
