import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { isMigrated, migrateDatabase } from '../../src/db/migration/migrate.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.ts';
import { openTestQueue, testTask } from '../support/test-queue.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DRIZZLE_KIT = fileURLToPath(new URL('../../node_modules/drizzle-kit/bin.cjs', import.meta.url));

/** A team's own database, with a table that the bank of Howdah's example has too. */
let database: TestDatabase;
let client: pg.Client;

before(async () => {
  database = await createEmptyDatabase();
  client = new pg.Client({ connectionString: database.connectionString });
  client.on('error', () => {});
  await client.connect();
  await client.query(`
    create type public.size as enum ('small', 'large');
    create table public.users (id bigint primary key, email text constraint users_email_unique unique);
    create table public.orders (id bigint primary key, user_id bigint references public.users, size public.size);
    create view public.large_orders as select * from public.orders where size = 'large';
    create function public.one() returns integer language sql as 'select 1';
    insert into public.users values (1, 'ada@example.com');
    insert into public.orders values (1, 1, 'large')`);
});

after(async () => {
  await client.end();
  await database.drop();
});

async function lines(text: string): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(text);
  return rows.map(({ line }) => line);
}

/** What the schema public has, as \\d public.* and more shows it. */
const describePublic = () =>
  lines(`
    with ours as (select oid from pg_namespace where nspname = 'public')
    select row_to_json(n)::text as line from pg_namespace n where n.oid in (select oid from ours)
    union all select to_jsonb(c)::text from pg_class c where c.relnamespace in (select oid from ours)
    union all select to_jsonb(a)::text from pg_attribute a join pg_class c on c.oid = a.attrelid
              where c.relnamespace in (select oid from ours)
    union all select to_jsonb(t)::text from pg_type t where t.typnamespace in (select oid from ours)
    union all select to_jsonb(p)::text from pg_proc p where p.pronamespace in (select oid from ours)
    union all select to_jsonb(k)::text from pg_constraint k where k.connamespace in (select oid from ours)
    union all select to_jsonb(g)::text from pg_trigger g join pg_class c on c.oid = g.tgrelid
              where c.relnamespace in (select oid from ours)
    order by 1`);

/** Each relation, function and trigger outside public, and how many rows each table has. */
async function describeHowdah(): Promise<string[]> {
  const names = await lines(`
    select format('%I.%I', n.nspname, c.relname) as line from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname ~ '^(howdah|graphile_worker)' order by 1`);
  assert.ok(names.length > 20);
  const counts = names.map((name) => `select '${name} ' || count(*) as line from ${name}`);
  return lines(`
    ${counts.join(' union all ')}
    union all select c.oid::regclass::text || ' ' || c.relkind::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
              where n.nspname ~ '^(howdah|graphile_worker)'
    union all select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
              where n.nspname ~ '^(howdah|graphile_worker)'
    union all select g.tgrelid::regclass::text || ' ' || g.tgname from pg_trigger g where not g.tgisinternal
    order by 1`);
}

test('public is the same before and after a migration of an application without tables of its own', async () => {
  const schemas = () => lines("select nspname as line from pg_namespace where nspname !~ '^pg_' order by 1");
  const [before, others] = [await describePublic(), await schemas()];
  assert.ok(before.length > 10);
  await migrateDatabase({ connectionString: database.connectionString, queues: ['critical'] });
  assert.deepEqual(await describePublic(), before);
  assert.deepEqual(
    (await schemas()).filter((name) => !others.includes(name)),
    ['graphile_worker', 'graphile_worker_critical', 'howdah', 'howdah_migrations'],
  );
});

test('drizzle-kit push --force of the team’s schema drops nothing of Howdah’s', async () => {
  const queue = await openTestQueue([[testTask('works'), async () => {}]], {
    ...database,
    drop: async () => {},
  });
  const { id } = await queue.distributor.distribute(
    queue.pool,
    testTask('works'),
    {},
    { delayMs: 1_000_000 },
  );
  await queue.close();
  const before = await describeHowdah();
  await promisify(execFile)(
    process.execPath,
    [DRIZZLE_KIT, 'push', '--force', '--config=test/support/team/drizzle-config.ts'],
    { cwd: ROOT, env: { ...process.env, DATABASE_URL: database.connectionString } },
  );
  const columns = await lines(`select column_name as line from information_schema.columns
                               where table_schema = 'public' and table_name = 'users' order by 1`);
  assert.deepEqual(columns, ['email', 'id', 'nickname'], 'it has pushed');
  assert.deepEqual(await lines("select to_regclass('public.orders')::text as line"), [null], 'it does drop');
  assert.deepEqual(await describeHowdah(), before);
  assert.deepEqual(await lines(`select state as line from howdah.jobs where id = ${id}`), ['scheduled']);
  assert.equal(await isMigrated(client, { queues: ['critical'] }), true);
});
