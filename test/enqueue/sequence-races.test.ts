import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { QueueStage } from '../support/queue-stage.ts';
import { type Session, untilBlocked } from '../support/session.ts';
import { type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { stored } from './enqueue-both-ways.ts';

const works = testTask('works');
const JOBS = 'graphile_worker._private_jobs';

const stage = new QueueStage();
let queue: TestQueue;
before(async () => {
  queue = await stage.open([works, async () => {}]);
});
afterEach(() => stage.clear());
after(() => stage.close());

async function add(tx: Session | undefined = undefined, sequence = 's'): Promise<string> {
  const job = await queue.distributor.distribute(tx?.client ?? queue.pool, works, {}, { sequence });
  return job.id;
}

/** Ends a job as its completion does; `lock_timeout` proves that it never waits. */
async function complete(id: string, tx?: Session): Promise<void> {
  const ending = tx ?? (await stage.session());
  await ending.run(`set local lock_timeout = '1s'`);
  await ending.run(`delete from ${JOBS} where id = $1`, [id]);
  if (tx === undefined) await ending.end('commit');
}

/** What every heartbeat does for sequences. */
const heartbeat = () => queue.pool.query('select howdah.promote_waiting_sequences()');

const isParked = async (id: string) => (await stored(queue, id)).wait_seconds === Number.POSITIVE_INFINITY;

describe('enqueueing to a sequence', () => {
  test('parks all but the first, and keeps the wait each asked for', async () => {
    const ids = [await add(), await add()];
    const late = await queue.distributor.distribute(
      queue.pool,
      works,
      {},
      { sequence: 's', delayMs: 60_000 },
    );
    assert.deepEqual(await Promise.all([...ids, late.id].map(isParked)), [false, true, true]);
    assert.ok(late.runAt.getTime() > Date.now() + 50_000);
    for (const id of ids) await complete(id);
    assert.equal((await stored(queue, late.id)).wait_seconds, 60);
    assert.deepEqual((await stored(queue, late.id)).flags, { howdah: { sequence: 's' } });
  });

  test('gives ids in the order of commits: a second transaction waits for the first', async () => {
    const [first, second] = [await stage.session(), await stage.session()];
    const a = await add(first);
    const waiting = add(second);
    await untilBlocked(queue.pool, 1);
    await first.end('commit');
    const b = await waiting;
    await second.end('commit');
    assert.ok(BigInt(b) > BigInt(a));
    assert.deepEqual([await isParked(a), await isParked(b)], [false, true]);
  });

  test('gives ids in the order of commits also behind a head', async () => {
    const head = await add();
    const [first, second] = [await stage.session(), await stage.session()];
    const a = await add(first);
    const waiting = add(second);
    await untilBlocked(queue.pool, 1);
    await first.end('commit');
    const b = await waiting;
    await second.end('commit');
    await complete(head);
    assert.ok(BigInt(b) > BigInt(a));
    assert.deepEqual([await isParked(a), await isParked(b)], [false, true]);
  });

  test('makes the waiting one the first when the one before rolls back', async () => {
    const [first, second] = [await stage.session(), await stage.session()];
    await add(first);
    const waiting = add(second);
    await untilBlocked(queue.pool, 1);
    await first.end('rollback');
    const id = await waiting;
    await second.end('commit');
    assert.equal(await isParked(id), false);
  });

  test('keeps sequences apart', async () => {
    const ids = [await add(undefined, 'x'), await add(undefined, 'y')];
    assert.deepEqual(await Promise.all(ids.map(isParked)), [false, false]);
  });
});

describe('when the head ends', () => {
  test('during an enqueue that saw it alive, it does not wait, and the next heartbeat releases the new job', async () => {
    const head = await add();
    const enqueueing = await stage.session();
    const next = await add(enqueueing);
    await complete(head);
    await heartbeat();
    await enqueueing.end('commit');
    assert.equal(await isParked(next), true);
    await heartbeat();
    assert.equal(await isParked(next), false);
  });

  test('during an enqueue of many, at most one wakeup is left for each sequence, so that the next heartbeat comes to all', async () => {
    const heads = [await add(), await add(undefined, 'other')];
    const [enqueueing, other] = [await stage.session(), await stage.session()];
    const next = [await add(enqueueing), await add(other, 'other')];
    await complete(heads[0] as string);
    for (let each = 0; each < 120; each += 1) await add(enqueueing);
    await complete(heads[1] as string);
    await enqueueing.end('commit');
    await other.end('commit');
    for (let each = 0; each < 120; each += 1) await add();
    const { rows } = await queue.pool.query('select count(*)::int as n from howdah.sequence_wakeups');
    assert.ok(rows[0].n <= 2, `${rows[0].n} wakeups`);
    await heartbeat();
    assert.deepEqual(await Promise.all(next.map(isParked)), [false, false]);
  });

  test('during an enqueue, the next enqueue releases the new job by its commit', async () => {
    const head = await add();
    const [enqueueing, following] = [await stage.session(), await stage.session()];
    const next = await add(enqueueing);
    await complete(head);
    const last = add(following);
    await untilBlocked(queue.pool, 1);
    await enqueueing.end('commit');
    await last;
    assert.equal(await isParked(next), true);
    await following.end('commit');
    assert.deepEqual([await isParked(next), await isParked(await last)], [false, true]);
    await complete(next);
    assert.equal(await isParked(await last), false);
  });

  test('during an enqueue, and the next enqueue rolls back, the next heartbeat releases the new job', async () => {
    const head = await add();
    const [enqueueing, following] = [await stage.session(), await stage.session()];
    const next = await add(enqueueing);
    await complete(head);
    await enqueueing.end('commit');
    await add(following);
    await following.end('rollback');
    assert.equal(await isParked(next), true);
    await heartbeat();
    assert.equal(await isParked(next), false);
  });

  test('during an enqueue, while somebody holds the new job, the next enqueue does not wait for it', async () => {
    const head = await add();
    const [enqueueing, holding] = [await stage.session(), await stage.session()];
    const next = await add(enqueueing);
    await complete(head);
    await enqueueing.end('commit');
    await holding.run(`select from ${JOBS} where id = $1 for update`, [next]);
    const last = await add();
    await holding.end('commit');
    assert.deepEqual([await isParked(next), await isParked(last)], [true, true]);
    await heartbeat();
    assert.deepEqual([await isParked(next), await isParked(last)], [false, true]);
  });

  test('before an enqueue, which waits for that commit, the new job is free at once', async () => {
    const head = await add();
    const ending = await stage.session();
    await complete(head, ending);
    const waiting = add();
    await untilBlocked(queue.pool, 1);
    await ending.end('commit');
    assert.equal(await isParked(await waiting), false);
  });

  test('and that is rolled back, an enqueue that waited parks', async () => {
    const head = await add();
    const ending = await stage.session();
    await complete(head, ending);
    const waiting = add();
    await untilBlocked(queue.pool, 1);
    await ending.end('rollback');
    assert.deepEqual([await isParked(head), await isParked(await waiting)], [false, true]);
  });

  test('after an enqueue committed, it releases the new job itself', async () => {
    const [head, next] = [await add(), await add()];
    await complete(head);
    assert.equal(await isParked(next), false);
  });

  test('while somebody holds the next job, it does not wait; whoever is left then runs', async () => {
    const [head, next, last] = [await add(), await add(), await add()];
    const cancelling = await stage.session();
    await cancelling.run(`delete from ${JOBS} where id = $1`, [next]);
    await complete(head);
    await cancelling.end('commit');
    await heartbeat();
    assert.equal(await isParked(last), false);
  });

  test('together with jobs behind it, in one statement, the first that is left runs', async () => {
    const ids = [await add(), await add(), await add()];
    await queue.pool.query(`delete from ${JOBS} where id = any ($1)`, [ids.slice(0, 2)]);
    assert.equal(await isParked(ids[2] ?? ''), false);
  });

  test('and one behind it was cancelled before, the one after that runs', async () => {
    const [head = '', second = '', third = ''] = [await add(), await add(), await add()];
    await complete(second);
    assert.equal(await isParked(third), true);
    await complete(head);
    assert.equal(await isParked(third), false);
  });

  test('in a repeatable read transaction, the next is released by a heartbeat', async () => {
    const head = await add();
    const ending = await stage.session('repeatable read');
    await ending.run('select 1');
    const next = await add();
    await complete(head, ending);
    await ending.end('commit');
    await heartbeat();
    assert.equal(await isParked(next), false);
  });

  test('without any trigger, as its table was truncated, later jobs are not stuck', async () => {
    await add();
    await queue.pool.query(`truncate ${JOBS}`);
    const [next, last] = [await add(), await add()];
    await heartbeat();
    assert.deepEqual([await isParked(next), await isParked(last)], [false, true]);
  });
});

describe('a finished job of a sequence that is retried', () => {
  test('waits for the one whose turn it is, and goes before all others', async () => {
    const [head, next, last] = [await add(), await add(), await add()];
    await complete(head);
    await queue.pool.query('select howdah.retry_job($1)', [head]);
    assert.deepEqual(await Promise.all([head, next, last].map(isParked)), [true, false, true]);
    await complete(next);
    assert.deepEqual(await Promise.all([head, last].map(isParked)), [false, true]);
  });

  test('that was cancelled while it was parked waits for its turn only', async () => {
    const head = await add();
    const { id } = await queue.distributor.distribute(
      queue.pool,
      works,
      {},
      { sequence: 's', delayMs: 60_000 },
    );
    await complete(id);
    await complete(head);
    await queue.pool.query('select howdah.retry_job($1)', [id]);
    assert.deepEqual((await stored(queue, id)).flags, { howdah: { sequence: 's' } });
    assert.equal(await isParked(id), false);
  });
});

describe('a repeatable read transaction', () => {
  test('whose snapshot still shows a head that ended leaves its job to a heartbeat', async () => {
    const head = await add();
    const old = await stage.session('repeatable read');
    await old.run('select 1');
    const second = await add();
    await complete(head);
    const third = await add(old);
    await old.end('commit');
    await heartbeat();
    assert.deepEqual([await isParked(second), await isParked(third)], [false, true]);
    await complete(second);
    assert.equal(await isParked(third), false);
  });

  test('that cannot see the head enqueued since never runs beside it', async () => {
    const gone = await add();
    const blocker = await stage.session();
    await blocker.run(`select from howdah.sequences where name = 's' for update`);
    await complete(gone);
    await blocker.end('commit');
    const old = await stage.session('repeatable read');
    await old.run('select 1');
    const head = await add();
    await heartbeat();
    const id = await add(old);
    await old.end('commit');
    await heartbeat();
    assert.deepEqual([await isParked(head), await isParked(id)], [false, true]);
  });
});

test('a sequence moves on while one transaction has the turns of more than a heartbeat looks at', async () => {
  const held = Array.from({ length: 120 }, (_, index) => `s${index}`);
  const heads = await Promise.all(held.map((name) => add(undefined, name)));
  const [head, next] = [await add(undefined, 'other'), await add(undefined, 'other')];
  const [holder, other] = [await stage.session(), await stage.session()];
  await holder.run(`select from howdah.sequences where name = any ($1) for update`, [held]);
  await other.run(`select from howdah.sequences where name = 'other' for update`);
  for (const id of [...heads, head]) await complete(id);
  await other.end('commit');
  await heartbeat();
  assert.equal(await isParked(next), false);
  await holder.end('commit');
  await heartbeat();
});

/*
 * Each has what the other wants when the turns come in another order in each: the first waits for the turn in a, the other for that in
 * b, or it waits for a as well.
 */
test('retries of many that have sequences in common, in any order, do not wait for each other', async () => {
  const ids: string[] = [];
  for (const name of ['a', 'b', 'b', 'a', 'a', 'b']) ids.push(await add(undefined, name));
  for (const id of ids.slice(0, 4)) await queue.pool.query('select howdah.cancel_job($1)', [id]);
  const [a, b] = [await stage.session(), await stage.session()];
  await a.run(`select from howdah.sequences where name = 'a' for update`);
  await b.run(`select from howdah.sequences where name = 'b' for update`);
  const retry = (...places: number[]) =>
    queue.pool.query(`select howdah.act_on_jobs('retry', $1)`, [places.map((place) => ids[place])]);
  const retried = [retry(0, 2), retry(1, 3)];
  await untilBlocked(queue.pool, 2);
  await a.end('commit');
  await waitFor('the first to have its turn in a, and both to wait', async () => {
    const { rows } = await queue.pool.query(
      `select from pg_stat_activity where datname = current_database() and pg_blocking_pids(pid) <> '{}'`,
    );
    return rows.length === 2;
  });
  await b.end('commit');
  assert.deepEqual(
    (await Promise.all(retried)).map(({ rowCount }) => rowCount),
    [2, 2],
  );
});

test('a batch that takes the turns of sequences in any order does not deadlock with another', async () => {
  const batch = (sequences: string[]) =>
    queue.distributor.distributeMany(
      queue.pool,
      sequences.map((sequence) => ({ task: works, payload: {}, options: { sequence } })),
    );
  const names = Array.from({ length: 50 }, (_, index) => `s${index}`);
  const rounds = Array.from({ length: 8 }, (_, n) => batch(n % 2 === 0 ? names : names.toReversed()));
  assert.equal((await Promise.all(rounds)).flat().length, 400);
});
