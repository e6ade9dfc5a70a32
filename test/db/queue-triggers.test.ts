import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { openTestQueue, type TestQueue } from '../support/test-queue.ts';

const PAGE = readFileSync(new URL('../../docs/triggers.md', import.meta.url), 'utf8');
const SQL = new URL('../../src/db/sql/', import.meta.url);

/** Rows of the page's tables, as texts without their marks. */
const rows = PAGE.split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

/** As Postgres fires them: by kind, then by name. */
const TRIGGERS = `
  select c.relname as "table", t.tgname as name,
         case when t.tgtype & 2 > 0 then 'before' else 'after' end || ' ' ||
         concat_ws(', ', case when t.tgtype & 4 > 0 then 'insert' end, case when t.tgtype & 16 > 0 then 'update' end,
                   case when t.tgtype & 8 > 0 then 'delete' end) ||
         case when t.tgtype & 1 > 0 then ' row' else ' statement' end as "when"
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where c.relnamespace = $1::regnamespace and not t.tgisinternal and t.tgname like 'howdah%'
  order by c.relname <> '_private_jobs', t.tgtype & 2 = 0, (t.tgtype & 1 = 0) = (t.tgtype & 2 = 0),
           t.tgtype & 4 = 0, t.tgtype & 16 = 0, t.tgname collate "C"`;

let queue: TestQueue;
before(async () => {
  queue = await openTestQueue([]);
});
after(() => queue.close());

describe('docs/triggers.md', () => {
  for (const schema of ['graphile_worker', 'graphile_worker_critical']) {
    test(`has the triggers of ${schema} in the order in which they fire`, async () => {
      const { rows: found } = await queue.pool.query(TRIGGERS, [schema]);
      const listed = rows
        .filter(([, when = '']) => /^(before|after) /.test(when))
        .map(([table, when, name]) => ({ table: table?.slice(1, -1), name: name?.slice(1, -1), when }));
      assert.deepEqual(listed, found);
    });
  }

  test('names the file of each', () => {
    for (const [, when, name, , file] of rows) {
      if (!/^(before|after) /.test(when ?? '')) continue;
      const text = readFileSync(new URL(`queue/${file?.slice(1, -1)}`, SQL), 'utf8');
      assert.ok(text.includes(`create trigger ${name?.slice(1, -1)} `), `${file} makes ${name}`);
    }
  });

  test('has every setting that SQL of ours reads', () => {
    const texts = readdirSync(SQL, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.sql'))
      .map((path) => readFileSync(new URL(path, SQL), 'utf8'));
    const read = new Set(
      texts.flatMap((text) =>
        [...text.matchAll(/current_setting\('(howdah\.\w+)'/g)].map(([, name]) => name),
      ),
    );
    for (const setting of read) assert.ok(PAGE.includes(`\`${setting}\``), setting);
  });
});
