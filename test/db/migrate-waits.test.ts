import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import pg from 'pg';
import { type MigrateOptions, migrateDatabase } from '../../src/db/migration/migrate.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { createTestLogin } from '../support/test-login.ts';
import { waitFor } from '../support/wait-for.ts';

const TURN = 'howdah_migrations.__drizzle_migrations';

let database: TestDatabase;
let admin: pg.Pool;
/** Somebody else's session. */
let other: pg.Client;
let said: string[];

async function open(next: TestDatabase): Promise<void> {
  database = next;
  said = [];
  admin = new pg.Pool({ connectionString: database.connectionString });
  admin.on('error', () => {});
  other = new pg.Client({ connectionString: database.connectionString, application_name: 'nightly dump' });
  other.on('error', () => {});
  await other.connect();
}

async function close(): Promise<void> {
  await other.end();
  await admin.end();
  await database.drop();
}

function migrate(options: Partial<MigrateOptions> = {}) {
  const { connectionString } = database;
  return migrateDatabase({
    connectionString,
    queues: [],
    onWait: (message) => said.push(message),
    ...options,
  });
}

/** What an earlier version had. */
const BYGONE = `
  create function howdah.bygone() returns trigger language plpgsql as 'begin raise exception $$bygone$$; end';
  create trigger howdah_bygone before insert or update on graphile_worker._private_jobs
    for each row execute function howdah.bygone();
  create trigger howdah_bygone_rows after insert on graphile_worker._private_jobs referencing new table as added
    for each statement execute function howdah.bygone();
  create function howdah.old_way() returns integer language sql as 'select 1'`;

/** Makes the next start believe that something of Howdah's changed. */
const outdate = () => admin.query('delete from howdah.installed_sql');

const scalar = async (text: string, client: Pick<pg.Pool, 'query'> = admin) =>
  Object.values((await client.query(text)).rows[0] ?? {})[0];

/** A session of the migration waits for a lock. */
function untilItWaits(): Promise<unknown> {
  return waitFor('the migration to wait', () =>
    scalar(`select count(*)::int from pg_stat_activity where application_name = 'howdah migrate'
            and wait_event_type = 'Lock' and datname = current_database()`),
  );
}

describe('in a database that is there', () => {
  beforeEach(async () => open(await createTestDatabase()));

  afterEach(close);

  test('locks that anybody may take do not hold up a start', async () => {
    const anybody = await createTestLogin(database, admin);
    const session = await anybody.pool.connect();
    await session.query(
      "select pg_advisory_lock(x'68776468'::int, 1), pg_advisory_lock(n) from generate_series(-100, 100) n",
    );
    await assert.rejects(session.query(`begin; lock table ${TURN} in access share mode`), { code: '42501' });
    await session.query('rollback');
    await outdate();
    await migrate({ queues: ['brand_new'] });
    assert.deepEqual(said, []);
    session.release();
    await anybody.drop();
  });

  test('where nothing is due, a start waits for no other that migrates', async () => {
    await other.query(`begin; lock table ${TURN} in share row exclusive mode`);
    await migrate();
    assert.deepEqual(said, []);
  });

  test('a start that waits for another says for which pid, role and application, and for how long', async () => {
    await outdate();
    await other.query(`begin; lock table ${TURN} in share row exclusive mode`);
    const pid = await scalar('select pg_backend_pid()', other);
    const user = await scalar('select current_user');
    const migrated = migrate();
    await waitFor('it to say so', () => said.length > 0);
    assert.match(
      said[0] ?? '',
      new RegExp(
        `^waiting to install .*: the lock is held by pid ${pid} \\(user ${user}, application nightly dump, idle in ` +
          'transaction, in a transaction for \\d+ s\\); for \\d+ s, at most 10 min$',
      ),
    );
    await other.query('rollback');
    await migrated;
  });

  for (const table of ['howdah.queue_registry', 'howdah.job_history']) {
    test(`a start that has to look alone says who locked ${table}, and ends at its limit`, async () => {
      await other.query(`begin; lock table ${table} in access exclusive mode`);
      const pid = await scalar('select pg_backend_pid()', other);
      await assert.rejects(migrate({ waitLimitMs: 1_000, mayMigrate: false }), (error: Error) => {
        assert.equal(error.name, 'LockWaitError');
        assert.match(error.message, new RegExp(`^gave up waiting to look at .*: .*pid ${pid} `));
        return true;
      });
      const looked = migrate();
      await waitFor('it to say so', () => said.length > 1);
      assert.match(said[1] ?? '', new RegExp(`^waiting to look at .*: the lock is held by pid ${pid} `));
      await other.query('rollback');
      await looked;
    });
  }

  test('a wait ends at its limit, with an error that names whom it waited for', async () => {
    await outdate();
    await other.query('begin; lock table graphile_worker._private_jobs in row exclusive mode');
    const pid = await scalar('select pg_backend_pid()', other);
    await assert.rejects(migrate({ waitLimitMs: 1_000 }), (error: Error) => {
      assert.equal(error.name, 'LockWaitError');
      assert.match(error.message, new RegExp(`^gave up waiting to install .* after \\d+ s: .*pid ${pid} `));
      assert.match(
        error.message,
        /nothing of this step was changed.*MIGRATE_TIMEOUT, or the option migrateTimeoutMs,/,
      );
      return true;
    });
    await other.query('rollback');
    assert.equal(await scalar('select count(*)::int from howdah.installed_sql'), 0);
    assert.equal(await scalar("select count(*)::int from pg_trigger where tgname = 'howdah_gate'"), 2);
  });

  test('a dump that is under way holds up neither a new queue nor a new version', async (t) => {
    if (Number(await scalar('show server_version_num')) < 160_000) {
      return t.skip('Postgres 15 keeps the views locked whose definition was read, and views are replaced');
    }
    await beginDump();
    await migrate({ queues: ['during_dump'] });
    await outdate();
    await migrate();
    assert.deepEqual(said, []);
    await other.query('rollback');
    assert.equal(await scalar("select count(*)::int from howdah.queues where name = 'during_dump'"), 1);
  });

  test('nor does one that lacks triggers of an earlier one: they do nothing more, and go with the next', async () => {
    const before = await objects();
    await admin.query(BYGONE);
    await other.query('begin; lock table graphile_worker._private_jobs in access share mode');
    await outdate();
    await migrate({ waitLimitMs: 1_000 });
    assert.deepEqual(said, []);
    const left = `select string_agg(pg_get_triggerdef(oid), '; ') from pg_trigger where tgname like 'howdah\\_bygone%'`;
    assert.match(String(await scalar(left)), /^[^;]* WHEN \(false\) [^;]*; [^;]* WHEN \(false\) [^;]*$/);
    assert.equal(await scalar("select to_regproc('howdah.bygone') is null"), true);
    await admin.query("select graphile_worker.add_job('untouched')");
    await other.query('rollback');
    await outdate();
    await migrate();
    assert.equal((await objects()).join('\n'), before.join('\n'));
  });

  test('a new queue does not wait for jobs that others are about to enqueue in the old ones', async () => {
    await other.query('begin; lock table graphile_worker._private_jobs in row exclusive mode');
    await migrate({ queues: ['beside'] });
    assert.deepEqual(said, []);
  });

  test('a new queue alone has all that a whole installation has', async () => {
    await migrate({ queues: ['added'] });
    const added = await objects();
    await outdate();
    await migrate({ queues: ['added'] });
    assert.equal(added.join('\n'), (await objects()).join('\n'));
  });

  test('triggers and their functions that this version does not have are taken away, all others stay', async () => {
    const before = await objects();
    await admin.query(BYGONE);
    await outdate();
    await migrate();
    assert.equal((await objects()).join('\n'), before.join('\n'));
  });
});

describe('in an empty database', () => {
  beforeEach(async () => open(await createEmptyDatabase()));

  afterEach(close);

  const FIRST = `create schema howdah_migrations;
    create table ${TURN} (id serial primary key, hash text not null, created_at bigint)`;

  test('of two first starts, the second goes on where the first one made the table of turns', async () => {
    await other.query(`begin; ${FIRST}`);
    const migrated = migrate();
    await untilItWaits();
    await other.query('commit');
    await migrated;
    assert.equal(await scalar('select count(*)::int from howdah.installed_sql'), 1);
  });

  test('and makes it itself where the first one failed', async () => {
    await other.query(`begin; ${FIRST}`);
    const migrated = migrate();
    await untilItWaits();
    await other.query('rollback');
    await migrated;
    assert.equal(await scalar('select count(*)::int from howdah.installed_sql'), 1);
  });

  test('eight first starts at once all succeed', async () => {
    await Promise.all(Array.from({ length: 8 }, () => migrate({ queues: ['critical', 'mail'] })));
    assert.equal(await scalar('select count(*)::int from howdah.queues'), 3);
  });
});

/** What pg_dump has: a snapshot, and every table locked as for reading, until it is through. */
async function beginDump(): Promise<void> {
  await other.query('begin isolation level repeatable read read only');
  await other.query(`do $$ declare v record; begin
    for v in select c.oid::regclass as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind in ('r', 'p') and n.nspname !~ '^pg_|^information_schema$' loop
      execute format('lock table only %s in access share mode', v.name);
    end loop; end $$`);
  await other.query(
    `select pg_get_viewdef(c.oid) from pg_class c where c.relkind = 'v' and c.relnamespace = 'howdah'::regnamespace`,
  );
}

/** Everything of Howdah's in words, without what counts the installations. */
async function objects(): Promise<string[]> {
  const { rows } = await admin.query<{ what: string }>(`
    select left(what, 60) || ' ' || md5(what) as what from (
    select format('%s %s', pg_get_functiondef(p.oid), p.proacl) as what from pg_proc p
    where p.pronamespace = 'howdah'::regnamespace
    union all
    select format('%s %s %s', c.relname, c.relacl, pg_get_viewdef(c.oid)) from pg_class c
    where c.relnamespace = 'howdah'::regnamespace and c.relkind = 'v'
    union all
    select pg_get_triggerdef(t.oid) from pg_trigger t where t.tgname like 'howdah\\_%'
    union all
    select indexdef from pg_indexes where schemaname like 'graphile\\_worker%') all_objects
    order by 1`);
  return rows.map(({ what }) => what);
}
