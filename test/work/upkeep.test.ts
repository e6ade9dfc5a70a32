import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { createLogger } from '../../src/observability/logger.ts';
import { Upkeep } from '../../src/work/upkeep/upkeep.ts';
import { type UpkeepKind, upkeepKinds } from '../../src/work/upkeep/upkeep-kinds.ts';
import { openPool } from '../support/open-pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';
import { WorkerFleet } from '../support/worker-fleet.ts';

const SILENT = createLogger({ level: 'silent' });

let database: TestDatabase;
let pool: pg.Pool;
let upkeeps: Upkeep[];
const fleet = new WorkerFleet();

beforeEach(async () => {
  database = await createTestDatabase();
  pool = openPool(database.connectionString);
  pool.on('error', () => {});
  upkeeps = [];
  await pool.query('create table public.done (at timestamptz default clock_timestamp(), by text)');
});

afterEach(async () => {
  await fleet.end();
  await Promise.all(upkeeps.map((upkeep) => upkeep.stop()));
  await pool.end();
  await database.drop();
});

/** Leaves a row in public.done each time. */
function noted(changes: Partial<UpkeepKind> = {}): UpkeepKind {
  const statement = `with d as (insert into public.done (by) values (pg_backend_pid()) returning pg_sleep(0.1))
                     select 1 as count from d where $1::integer > 0`;
  return { kind: 'noted', periodMs: 60_000, statement, ...changes };
}

function start(kinds: readonly UpkeepKind[], turnLimitMs = 90_000): Upkeep {
  const { connectionString } = database;
  const upkeep = new Upkeep({ connectionString, kinds, log: SILENT, turnLimitMs });
  upkeeps.push(upkeep);
  upkeep.start();
  return upkeep;
}

const countDone = async (): Promise<number> => (await pool.query('select from public.done')).rowCount ?? 0;

async function upkeepOf(kind: string): Promise<Record<string, unknown>> {
  const { rows } = await pool.query('select * from howdah.upkeep where kind = $1', [kind]);
  return rows[0] ?? {};
}

/** As if so much time had passed since the latest turn. */
async function pass(kind: string, interval: string): Promise<void> {
  await pool.query(
    `update howdah.upkeep_turns set started_at = started_at - $2::interval, ended_at = ended_at - $2::interval,
            due_at = due_at - $2::interval where kind = $1`,
    [kind, interval],
  );
}

async function expire(id: number): Promise<void> {
  await pool.query(
    `insert into howdah.job_history (id, queue, task, state, priority, attempt, max_attempts, run_at, created_at,
                                     finished_at, payload, expires_at)
     values ($1, 'default', 't', 'completed', 0, 1, 3, now(), now(), now(), '{}', now() - interval '1 second')`,
    [id],
  );
  await pool.query(
    `insert into howdah.job_errors (job_id, attempt, queue, task, name, message, decision)
     values ($1, 1, 'default', 't', 'Error', 'm', 'retry')`,
    [id],
  );
}

async function isKept(id: number): Promise<boolean> {
  return ((await pool.query('select from howdah.job_history where id = $1', [id])).rowCount ?? 0) > 0;
}

describe('workers take turns at upkeep', () => {
  test('of several at once, one does it once a period', async () => {
    for (let i = 0; i < 4; i++) start([noted({ periodMs: 1_000 })]);
    await waitFor('three turns', async () => (await countDone()) >= 3);
    const { rows } = await pool.query<{ ms: number }>(
      `select 1000 * extract(epoch from min(gap))::float8 as ms
       from (select started_at - lag(started_at) over (order by number) as gap from howdah.upkeep_turns) g`,
    );
    assert.ok((rows[0]?.ms ?? 0) >= 1_000, `a turn began ${rows[0]?.ms} ms after another`);
    const { rows: numbers } = await pool.query<{ number: string }>(
      'select number from howdah.upkeep_turns order by number',
    );
    assert.deepEqual(
      numbers.map(({ number }) => Number(number)),
      numbers.map((_, index) => index + 1),
    );
  });

  test('both orders of two that claim: the second waits for the first, and gets nothing', async () => {
    const claim = "select number from howdah.begin_upkeep('k', 60000, 90000, 'h', 1)";
    const [first, second] = [await pool.connect(), await pool.connect()];
    try {
      await first.query('begin');
      assert.deepEqual((await first.query(claim)).rows, [{ number: '1' }]);
      const late = second.query(claim);
      await delay(100);
      await first.query('commit');
      assert.deepEqual((await late).rows, [{ number: null }]);

      await pass('k', '2 minutes');
      await first.query('begin');
      assert.deepEqual((await first.query(claim)).rows, [{ number: '2' }]);
      const next = second.query(claim);
      await delay(100);
      await first.query('rollback');
      assert.deepEqual((await next).rows, [{ number: '2' }]);
    } finally {
      first.release(true);
      second.release(true);
    }
  });

  test('goes on at once where a turn left something, and within a minute after a failure', async () => {
    const begin = "select number::integer, next_in_ms from howdah.begin_upkeep('k', 3600000, 90000, 'h', 1)";
    const end = (number: number, isRest: boolean, error: string | null) =>
      pool.query("select howdah.end_upkeep('k', $1, 5, $2, $3)::integer as ms", [number, isRest, error]);
    assert.equal((await pool.query(begin)).rows[0].number, 1);
    assert.equal((await end(1, true, null)).rows[0].ms, 0);
    assert.equal((await pool.query(begin)).rows[0].number, 2);
    const failed = (await end(2, true, 'no')).rows[0].ms;
    assert.ok(failed > 50_000 && failed <= 60_000, `${failed}`);
    assert.equal((await pool.query(begin)).rows[0].number, null);
    const { last_error, removed_total, last_succeeded_at } = await upkeepOf('k');
    assert.deepEqual({ last_error, removed_total }, { last_error: 'no', removed_total: '10' });
    assert.ok(last_succeeded_at instanceof Date);
    assert.equal((await end(1, false, null)).rows[0].ms, null, 'it was ended already');
  });

  test('a server clock that was set back does not end it', async () => {
    const begin = "select number::integer from howdah.begin_upkeep('k', 60000, 90000, 'h', 1)";
    await pool.query(begin);
    await pass('k', '-2 hours');
    assert.equal((await pool.query(begin)).rows[0].number, 2);
  });

  test('keeps no more than the latest turns', async () => {
    for (let number = 1; number <= 50; number++) {
      await pool.query("select howdah.begin_upkeep('k', 60000, 90000, 'h', 1)");
      await pool.query("select howdah.end_upkeep('k', $1, 1, true, null)", [number]);
    }
    const { rows } = await pool.query('select count(*)::integer as count from howdah.upkeep_turns');
    assert.deepEqual(rows, [{ count: 20 }]);
    assert.equal((await upkeepOf('k'))['removed_total'], '50');
  });
});

describe('what others lock', () => {
  test('of the turns that have ended stops nobody', async () => {
    start([noted({ periodMs: 500 })]);
    await waitFor('the end of a turn', async () => (await upkeepOf('noted'))['last_succeeded_at']);
    const other = await pool.connect();
    try {
      await other.query('begin');
      await other.query('select from howdah.upkeep_turns where ended_at is not null for update');
      const before = await countDone();
      await waitFor('two more turns', async () => (await countDone()) >= before + 2);
    } finally {
      other.release(true);
    }
  });

  test('of the history makes it wait for a bounded time and say so; other kinds go on, and so does it afterwards', async () => {
    await expire(1);
    const other = await pool.connect();
    try {
      await other.query('begin');
      await other.query('select from howdah.job_errors where job_id = 1 for update');
      const kinds = upkeepKinds().map((kind) => ({ ...kind, periodMs: 1_000 }));
      start([...kinds, noted({ periodMs: 1_000 })]);
      const { last_error: error } = await waitFor('it to say so', async () => {
        const state = await upkeepOf('finished_jobs');
        return state['last_error'] ? state : undefined;
      });
      assert.match(String(error), /^waited 5 s in vain for a lock that somebody else holds: /);
      await waitFor('another kind', async () => (await countDone()) > 0);
    } finally {
      other.release(true);
    }
    await waitFor('it to be removed', async () => !(await isKept(1)));
    await waitFor(
      'the error to be over',
      async () => (await upkeepOf('finished_jobs'))['last_error'] === null,
    );
  });

  test('of the whole history does not keep a stop', async () => {
    const other = await pool.connect();
    try {
      await other.query('begin');
      await other.query('lock table howdah.job_history in share mode');
      const upkeep = start(upkeepKinds());
      await waitFor(
        'it to wait',
        async () => (await pool.query('select from pg_locks where not granted')).rowCount,
      );
      const from = performance.now();
      await upkeep.stop();
      assert.ok(performance.now() - from < 4_000);
    } finally {
      other.release(true);
    }
  });
});

describe('a worker process', () => {
  test('removes finished jobs without any crontab, and no list of jobs shows it', async () => {
    await expire(1);
    await fleet.start(database);
    await waitFor('it to be removed', async () => !(await isKept(1)));
    await waitFor('every kind', async () => {
      const { rows } = await pool.query('select kind from howdah.upkeep where last_succeeded_at is not null');
      return rows.length === upkeepKinds().length;
    });
    assert.equal((await pool.query('select from howdah.jobs')).rowCount, 0);
  });

  test('that is killed at it is followed by another once its turn is over', async () => {
    await expire(1);
    const other = await pool.connect();
    try {
      await other.query('begin');
      await other.query('select from howdah.job_errors where job_id = 1 for update');
      const victim = await fleet.start(database);
      await waitFor('it to be at it', async () => (await upkeepOf('finished_jobs'))['next_due_at'] === null);
      victim.signal('SIGKILL');
      await victim.exited;
      // The server would end the statement of a dead client all the same: as if the machine had gone with both.
      await pool.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'howdah upkeep' and datname = current_database()",
      );
    } finally {
      other.release(true);
    }
    start(upkeepKinds());
    await waitFor('the other kinds', async () => (await upkeepOf('former_tasks'))['last_succeeded_at']);
    await delay(200);
    assert.ok(await isKept(1), 'before its time');
    await pass('finished_jobs', '90 seconds');
    assert.equal((await upkeepOf('finished_jobs'))['last_error'], 'Its process did not end its turn.');
    await waitFor('the other to do it', async () => !(await isKept(1)));
  });

  test('that stops in a turn leaves the rest to others at once', async () => {
    const endless = noted({
      statement: `with d as (insert into public.done default values returning pg_sleep(0.05))
                  select $1::integer as count from d`,
    });
    const upkeep = start([endless]);
    await waitFor('some batches', async () => (await countDone()) > 2);
    await upkeep.stop();
    const done = await countDone();
    const { rows } = await pool.query(
      'select removed::integer, due_at <= now() as is_due from howdah.upkeep_turns',
    );
    assert.deepEqual(rows, [{ removed: done * 1_000, is_due: true }]);
  });
});
