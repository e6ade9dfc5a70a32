import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { chart } from '../../bench/report/chart.ts';
import { renderPage } from '../../bench/report/page.ts';
import { readRecords } from '../../bench/report/record.ts';
import { SECTIONS } from '../../bench/sections.ts';

const DOCS = new URL('../../docs/', import.meta.url);

test('the page of what a job costs says what its JSON says: npm run bench -- --render', async () => {
  const page = await readFile(new URL('performance.md', DOCS), 'utf8');
  assert.equal(page, renderPage(page, SECTIONS, await readRecords()));
});

test('the charts show what the JSON says', async () => {
  const records = await readRecords();
  for (const section of SECTIONS) {
    const record = records[section.name];
    if (!record) continue;
    const drawn = await readFile(new URL(`performance/${section.name}.svg`, DOCS), 'utf8');
    assert.equal(drawn, chart(section, record.rows), section.name);
  }
});

test('every section has a letter, a name and figures of its own', () => {
  for (const key of ['letter', 'name', 'title'] as const)
    assert.equal(new Set(SECTIONS.map((section) => section[key])).size, SECTIONS.length, key);
  for (const { name, chart, columns } of SECTIONS) {
    const keys = columns.map(({ key }) => key);
    for (const key of chart.keys)
      assert.ok(keys.includes(key), `${name} draws ${key}, which no column explains`);
  }
});

test('a section that was not measured says so', async () => {
  const rendered = renderPage('<!-- figures --><!-- /figures -->', SECTIONS, {});
  assert.equal(rendered.match(/not measured yet/g)?.length, SECTIONS.length);
});
