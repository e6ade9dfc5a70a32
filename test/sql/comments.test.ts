import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type pg from 'pg';
import { openPool } from '../support/open-pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const DOCS = readFileSync(new URL('../../docs/sql.md', import.meta.url), 'utf8');

let database: TestDatabase;
let pool: pg.Pool;

before(async () => {
  database = await createTestDatabase();
  pool = openPool(database.connectionString);
  pool.on('error', () => {});
});

after(async () => {
  await pool.end();
  await database.drop();
});

/** The part of docs/sql.md under the heading that names it. */
function sectionOf(name: string): string {
  const sections = DOCS.split(/^(?=##)/m);
  const section = sections.find((text) => text.split('\n')[0]?.includes(`\`howdah.${name}\``));
  assert.ok(section, `docs/sql.md has no section about howdah.${name}`);
  return section;
}

const PUBLIC_RELATIONS = `
  select c.oid, c.relname as name, obj_description(c.oid, 'pg_class') as comment
  from pg_class c
  where c.relnamespace = 'howdah'::regnamespace
    and (c.relkind = 'v' or exists (select from howdah.role_grants() g
                                    where g.privilege = 'select' and g.object = c.relname))
  order by c.relname`;

const PUBLIC_FUNCTIONS = `
  select p.proname as name, obj_description(p.oid, 'pg_proc') as comment, p.proargnames as parameters
  from pg_proc p
  where p.pronamespace = 'howdah'::regnamespace
    and p.proname in (select g.object from howdah.role_grants() g where g.privilege = 'execute')
  order by p.proname`;

describe('every view, readable table and callable function', () => {
  test('has a comment, and so has every column', async () => {
    const { rows } = await pool.query(`
      select format('%s.%s', r.name, a.attname) as name, col_description(r.oid, a.attnum) as comment
      from (${PUBLIC_RELATIONS}) r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped`);
    const relations = (await pool.query(PUBLIC_RELATIONS)).rows;
    const functions = (await pool.query(PUBLIC_FUNCTIONS)).rows;
    assert.ok(rows.length > 60 && relations.length === 16 && functions.length > 20);
    for (const { name, comment } of [...rows, ...relations, ...functions]) {
      assert.ok(comment?.length > 5, `howdah.${name} has no comment`);
    }
  });

  test('stands in docs/sql.md with every column, parameter and result column', async () => {
    const { rows: columns } = await pool.query(`
      select r.name, a.attname as column
      from (${PUBLIC_RELATIONS}) r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped`);
    for (const { name, column } of columns) {
      assert.ok(
        sectionOf(name).includes(`| \`${column}\``),
        `howdah.${name}: column ${column} is not in docs/sql.md`,
      );
    }
    const { rows: functions } = await pool.query(PUBLIC_FUNCTIONS);
    for (const { name, parameters } of functions) {
      for (const parameter of parameters ?? []) {
        const isThere = new RegExp(`\`${parameter}\`|\\b${name}\\([^)]*\\b${parameter}\\b`).test(
          sectionOf(name),
        );
        assert.ok(isThere, `howdah.${name}: parameter ${parameter} is not in docs/sql.md`);
      }
    }
  });

  test('is there, when docs/sql.md names it', async () => {
    const { rows } = await pool.query(`
      select relname as name from pg_class where relnamespace = 'howdah'::regnamespace
      union all select proname from pg_proc where pronamespace = 'howdah'::regnamespace`);
    const names = new Set(rows.map(({ name }) => name));
    for (const [, name = ''] of DOCS.matchAll(/howdah\.([a-z_]+)/g)) {
      assert.ok(names.has(name), `docs/sql.md names howdah.${name}, which does not exist`);
    }
  });

  test('has its errors in the table of docs/sql.md', async () => {
    const { rows } = await pool.query(`
      select distinct code[1] as code from pg_proc p, regexp_matches(p.prosrc, 'errcode = ''(HW[A-Z]{3})''', 'g') code
      where p.pronamespace = 'howdah'::regnamespace`);
    const internal = ['HWRET', 'HWLST', 'HWSES', 'HWCPY', 'HWLEA', 'HWLIM'];
    for (const { code } of rows.filter((row) => !internal.includes(row.code))) {
      assert.ok(DOCS.includes(`| \`${code}\``), `${code} is not in docs/sql.md`);
    }
  });
});
