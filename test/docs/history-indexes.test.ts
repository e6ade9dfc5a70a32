import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openPool } from '../support/open-pool.ts';
import { createTestDatabase } from '../support/test-database.ts';

const PAGE = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8');

test('docs/performance.md says of every index of the history what it is for', async () => {
  const database = await createTestDatabase();
  const pool = openPool(database.connectionString);
  try {
    const { rows } = await pool.query<{ name: string }>(
      `select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
       where i.indrelid = 'howdah.job_history'::regclass order by c.relname`,
    );
    const listed = [...PAGE.matchAll(/^\| `(job_history_\w+)`/gm)].map(([, name]) => name);
    assert.deepEqual(
      listed.toSorted(),
      rows.map(({ name }) => name),
    );
  } finally {
    await pool.end();
    await database.drop();
  }
});
