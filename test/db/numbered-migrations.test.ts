import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { numberedMigrations } from '../../src/db/migration/numbered-migrations.ts';

const FOLDER = new URL('../../drizzle/howdah/', import.meta.url);

test('every numbered migration is in the journal, in order, with a stamp that is its own and later than all before', () => {
  const migrations = numberedMigrations();
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.sql'));
  assert.deepEqual(
    migrations.map(({ name }) => `${name}.sql`),
    files.sort(),
  );
  const stamps = migrations.map(({ when }) => when);
  assert.deepEqual(
    stamps,
    [...new Set(stamps)].sort((one, other) => one - other),
  );
});
