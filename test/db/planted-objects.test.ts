/** Nothing that others made in a schema of the session's search_path gets into what a migration installs. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import pg from 'pg';
import { lookAtMigration } from '../../src/db/migration/look-at-migration.ts';
import { migrateDatabase } from '../../src/db/migration/migrate.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.ts';

/**
 * A type and functions named like those of pg_catalog, two of which a look at the database would run, and operators that fit better than its own, which would need a cast: an expression
 * that is parsed under a path with public in it takes them.
 */
const PLANTED = `
  create domain public.timestamptz as pg_catalog.timestamptz;
  create function public.to_regclass(pg_catalog.text) returns pg_catalog.regclass language plpgsql as $$ begin raise exception 'planted'; end $$;
  create function public.current_setting(pg_catalog.text) returns pg_catalog.text language plpgsql as $$ begin raise exception 'planted'; end $$;
  create function public.now() returns pg_catalog.timestamptz language sql as 'select pg_catalog.now()';
  do $$
  declare
    v record;
  begin
    for v in
      select o.name, l.type as l, r.type as r, case when o.gives = 'left' then l.type else o.gives end as gives
      from (values ('*', 'left'), ('/', 'left'), ('||', 'pg_catalog.text')) o (name, gives),
           (values ('int4'), ('int8'), ('numeric'), ('float8'), ('pg_catalog.text')) l (type),
           (values ('int4'), ('int8'), ('numeric'), ('float8')) r (type)
      where (o.name = '||') = (l.type = 'pg_catalog.text') and l.type <> r.type
    loop
      execute format('create function public.%I(%s, %s) returns %s language plpgsql as %L',
        'planted ' || v.name, v.l, v.r, v.gives, 'begin raise exception ''planted''; end');
      execute format('create operator public.%s (leftarg = %s, rightarg = %s, function = public.%I)',
        v.name, v.l, v.r, 'planted ' || v.name);
    end loop;
  end $$`;

/** What is bound to an object of public without being there itself. */
const BOUND = `
  select distinct pg_describe_object(d.classid, d.objid, d.objsubid) || ' has '
                  || pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid) as bound
  from pg_depend d, pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) planted,
       pg_identify_object(d.classid, d.objid, d.objsubid) o
  where d.refobjid >= 16384 and d.deptype <> 'i' and planted.schema = 'public' and o.schema is distinct from 'public'`;

let database: TestDatabase;
let client: pg.Client;

beforeEach(async () => {
  database = await createEmptyDatabase();
  client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
  await client.query(PLANTED);
});

afterEach(async () => {
  await client.end();
  await database.drop();
});

async function assertNothingBound(): Promise<void> {
  await client.query('reset all');
  assert.deepEqual((await client.query(BOUND)).rows, []);
  const { rows } = await client.query('select count(*)::int as count from howdah.queues');
  assert.deepEqual(rows, [{ count: 2 }]);
}

for (const path of [undefined, 'public,pg_catalog']) {
  const addressed = () => {
    const options = path === undefined ? '' : `?options=-c%20search_path%3D${encodeURIComponent(path)}`;
    return { connectionString: `${database.connectionString}${options}`, queues: ['mail'] };
  };

  test(`what a migration installs with search_path = ${path ?? 'our own'} has nothing of public`, async () => {
    await migrateDatabase(addressed());
    await assertNothingBound();
  });

  test(`what the printed script installs with search_path = ${path ?? 'the default'} has nothing of it either`, async () => {
    const { script } = await lookAtMigration({ ...addressed(), waitLimitMs: 1_000, onWait: () => {} });
    await client.query(`set search_path = ${path ?? 'default'}`);
    const before = (await client.query('show search_path')).rows;
    await client.query(script);
    assert.deepEqual((await client.query('show search_path')).rows, before, 'the session has its own again');
    await assertNothingBound();
  });
}
