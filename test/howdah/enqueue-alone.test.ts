import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type pg from 'pg';
import { withSessions } from '../../src/config/database/database-address.ts';
import { HowdahError } from '../../src/errors.ts';
import { createHowdah } from '../../src/howdah/create-howdah.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { openPool } from '../support/open-pool.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const task = testTask('alone');
const LATER = { delayMs: 60_000 };
const hasCode = (code: string) => (error: unknown) => error instanceof HowdahError && error.code === code;

/** What a transaction that enqueues is like, and each of its statements, as the server sees them. */
const SEEN = `
  create table public.seen (isolation text, statement text);
  create function public.see() returns trigger language plpgsql security definer as $$
  begin
    insert into public.seen values (current_setting('transaction_isolation'), current_query());
    return new;
  end $$;
  create trigger test_see before insert on graphile_worker._private_jobs for each row execute function public.see()`;

describe('a lone enqueue', () => {
  const stack = new AsyncDisposableStack();
  let database: TestDatabase;
  let proxy: TcpProxy;
  let pool: pg.Pool;
  before(async () => {
    database = await createTestDatabase();
    stack.defer(() => database.drop());
    pool = openPool(database.connectionString, { max: 1 });
    stack.defer(() => pool.end());
    await pool.query(SEEN);
    for (const setting of ["transaction_isolation = 'serializable'", 'transaction_read_only = on'])
      await pool.query(`alter database ${database.name} set default_${setting}`);
    proxy = await startTcpProxy(database.connectionString);
    stack.defer(() => proxy.stop());
  });
  after(() => stack.disposeAsync());

  const open = (connectionString = proxy.url) =>
    createHowdah({ connectionString, tasks: [task], application: 'shop', maxConnections: 1 });
  const roundTrips = async (work: () => Promise<unknown>) => {
    const before = proxy.roundTripCount();
    await work();
    return proxy.roundTripCount() - before;
  };
  const jobCount = async () => {
    const { rows } = await pool.query<{ n: number }>(
      'select count(*)::integer as n from graphile_worker._private_jobs',
    );
    return Number(rows[0]?.n);
  };

  test('is one round trip on sessions of its own, read committed whatever the defaults there', async () => {
    await using howdah = open();
    await howdah.enqueueAlone(task, {}, LATER);
    const prepared = async () => {
      const { rows } = await howdah.transaction((tx) =>
        (tx as pg.Pool).query('select statement from pg_prepared_statements'),
      );
      return rows.length;
    };
    for (const count of [0, 1, 1, 1]) {
      assert.equal(await roundTrips(() => howdah.enqueueAlone(task, { count }, LATER)), 1);
      assert.equal(await prepared(), count);
    }
    const { rows } = await pool.query('select distinct isolation from public.seen');
    assert.deepEqual(rows, [{ isolation: 'read committed' }]);
  });

  test('is two where sessions are others’ as well, and prepares nothing there', async () => {
    await using howdah = open(withSessions(proxy.url, 'shared'));
    await howdah.enqueueAlone(task, {}, LATER);
    for (let time = 0; time < 4; time += 1)
      assert.equal(await roundTrips(() => howdah.enqueueAlone(task, {}, LATER)), 2);
    const { rows } = await howdah.transaction((tx) =>
      (tx as pg.Pool).query('select statement from pg_prepared_statements'),
    );
    assert.deepEqual(rows, []);
    const seen = await pool.query('select distinct isolation from public.seen');
    assert.deepEqual(seen.rows, [{ isolation: 'read committed' }]);
  });

  test('that is refused leaves its session as it was', async () => {
    await using howdah = open();
    const unique = { ...LATER, uniqueKey: 'one' };
    await howdah.enqueueAlone(task, {}, unique);
    const count = await jobCount();
    const refused = {
      duplicate_job: () => howdah.enqueueAlone(task, {}, unique),
      unknown_task: () => howdah.enqueueAlone(testTask('unheard_of'), {}),
      unknown_queue: () => howdah.enqueueAlone(task, {}, { queue: 'nowhere' }),
    };
    for (const [code, enqueue] of Object.entries(refused)) await assert.rejects(enqueue, hasCode(code));
    assert.equal(await jobCount(), count);
    assert.equal(await roundTrips(() => howdah.enqueueAlone(task, {}, LATER)), 1, 'the same session');
  });

  test('whose answer is lost may be there, and says so', async () => {
    await using howdah = open();
    await howdah.enqueueAlone(task, {}, LATER);
    const count = await jobCount();
    proxy.blockAnswers();
    const lost = assert.rejects(howdah.enqueueAlone(task, {}, LATER), hasCode('outcome_unknown'));
    await waitFor('its commit', async () => (await jobCount()) > count || undefined);
    proxy.cut();
    proxy.unblock();
    await lost;
    await howdah.enqueueAlone(task, {}, LATER);
    assert.equal(await jobCount(), count + 2);
  });

  test('whose answer came is no lost one where the caller’s log throws afterwards', async () => {
    const full = new Error('the disk is full');
    const write = () => {
      throw full;
    };
    const log = createLogger({ destination: { write } });
    await using howdah = createHowdah({ connectionString: proxy.url, maxConnections: 1, log });
    const count = await jobCount();
    for (let time = 1; time <= 2; time += 1) {
      await assert.rejects(howdah.enqueueAlone(task, {}, LATER), (error) => error === full);
      assert.equal(await jobCount(), count + time, 'it is there');
    }
  });

  test('and what an operator does to one job is two, for who did it', async () => {
    await using howdah = open();
    const { id } = await howdah.enqueueAlone(task, {}, LATER);
    assert.equal(await roundTrips(() => howdah.cancel(id)), 2);
    assert.equal(await roundTrips(() => howdah.pause('default', { reason: 'tests' })), 2);
    assert.equal(await roundTrips(() => howdah.resume('default')), 2);
    const { rows } = await pool.query('select distinct actor from howdah.audit_log');
    assert.deepEqual(rows, [{ actor: 'typescript' }]);
  });
});
