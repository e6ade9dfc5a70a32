import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type pg from 'pg';
import { OPTION_ROWS } from '../../src/enqueue/option-table.ts';
import { openPool } from '../support/open-pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const DOCS = readFileSync(new URL('../../docs/sql.md', import.meta.url), 'utf8');
const LIFE_OF_A_JOB = readFileSync(new URL('../../docs/life-of-a-job.md', import.meta.url), 'utf8');

/** What comes before the options, wherever they stand in SQL. */
const BEFORE_THEM: [name: string, type: string][] = [
  ['task', 'text'],
  ['payload', 'json'],
];

/** Arguments in SQL that TypeScript, HTTP and the command line do not have. */
const SQL_ONLY: [name: string, type: string][] = [];

const expected = sorted([
  ...BEFORE_THEM,
  ...SQL_ONLY,
  ...OPTION_ROWS.map(([, { name, sqlType }]): [string, string] => [name, sqlType]),
]);

let database: TestDatabase;
let pool: pg.Pool;
before(async () => {
  database = await createTestDatabase();
  pool = openPool(database.connectionString);
  pool.on('error', () => {}); // the database is dropped under it
});
after(async () => {
  await pool.end();
  await database.drop();
});

describe('the table of options has the names and types', () => {
  for (const name of ['enqueue', 'enqueue_job']) {
    test(`of the arguments of howdah.${name}`, async () => {
      const { rows } = await pool.query<{ name: string; type: string }>(
        `select name, format_type(type, null) as type
         from pg_proc, unnest(proargnames[1:pronargs], proargtypes::oid[]) argument (name, type)
         where pronamespace = 'howdah'::regnamespace and proname = $1`,
        [name],
      );
      assert.deepEqual(toArguments(rows), expected);
    });
  }

  test('of the fields that a batch is read into', async () => {
    const { rows } = await pool.query<{ name: string; type: string }>(
      `select attname as name, format_type(atttypid, null) as type from pg_attribute
       where attrelid = 'howdah.job_options'::regclass and not attisdropped`,
    );
    assert.deepEqual(toArguments(rows), expected);
  });

  test('that docs/sql.md tells of', () => {
    const [, section = ''] = DOCS.split('### `howdah.enqueue`, `howdah.enqueue_job`');
    const [table = ''] = section.split('`howdah.enqueue_job` takes the same');
    const rows = [...table.matchAll(/^\| `(\w+)` +\| `(\w+)` +\|/gm)].map(([, name = '', type = '']) => ({
      name,
      type,
    }));
    assert.deepEqual(toArguments(rows), expected);
  });
});

test('docs/life-of-a-job.md tells of every option of the table, by both of its names', () => {
  const [, section = ''] = LIFE_OF_A_JOB.split(/^## Options of an enqueue$|^A job without timeout/m);
  const names = [...section.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) => cell.match(/\w+/g) ?? []);
  const expectedNames = OPTION_ROWS.flatMap(([option, { name }]) => [option, name]);
  assert.deepEqual([...new Set(names)].sort(), [...new Set(expectedNames)].sort());
});

test('a batch knows every option of the table', async () => {
  const nothing = Object.fromEntries(OPTION_ROWS.map(([, { name }]) => [name, null]));
  await pool.query('select howdah.parse_jobs($1)', [JSON.stringify([{ task: 'works', ...nothing }])]);
});

function toArguments(rows: readonly { name: string; type: string }[]): [string, string][] {
  return sorted(
    rows.map(({ name, type }) => [name, type.replace('timestamp with time zone', 'timestamptz')]),
  );
}

function sorted(rows: readonly [string, string][]): [string, string][] {
  return rows.toSorted(([a], [b]) => (a < b ? -1 : 1));
}
