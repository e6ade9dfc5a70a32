import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { parseCronItem } from 'graphile-worker';
import { createLogger } from '../../src/observability/logger.ts';
import { announceSchedules } from '../../src/work/schedules/announce-schedules.ts';
import type { Schedule } from '../../src/work/schedules/crontab.ts';
import { Scheduler } from '../../src/work/schedules/scheduler.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

let queue: TestQueue;
let schedulers: Scheduler[];

beforeEach(async () => {
  queue = await openTestQueue([[testTask('ticks'), async () => {}]]);
  schedulers = [];
});

afterEach(async () => {
  await Promise.all(schedulers.map((scheduler) => scheduler.stop()));
  await queue.close();
});

type Changes = Partial<Omit<Schedule, 'options'>> & { options?: Partial<Schedule['options']> };

function schedule(identifier: string, { options, ...changes }: Changes = {}): Schedule {
  return {
    ...{ identifier, task: 'ticks', queue: 'default', cron: '* * * * *', payload: null },
    ...changes,
    options: { fillMs: 300_000, maxAttempts: 3, ...options },
  };
}

/** A scheduler of entries that workers have known for three minutes, with as many ticks to make up for. */
async function start(schedules: Schedule[]): Promise<Scheduler> {
  await queue.pool.query(
    `insert into graphile_worker._private_known_crontabs (identifier, known_since)
     select i, date_trunc('minute', now()) - interval '3 minutes' + interval '1 second' from unnest($1::text[]) i
     on conflict do nothing`,
    [schedules.map(({ identifier }) => identifier)],
  );
  const log = createLogger({ level: 'silent' });
  const { connectionString } = queue.database;
  const scheduler = new Scheduler({ connectionString, queues: ['default'], schedules, log });
  schedulers.push(scheduler);
  scheduler.start();
  return scheduler;
}

async function jobs(): Promise<
  { payload: Record<string, unknown>; priority: number; max_attempts: number; key: string }[]
> {
  const { rows } = await queue.pool.query(
    'select payload, priority, max_attempts, key from howdah.jobs order by id',
  );
  return rows;
}

async function countOf(name: string): Promise<number> {
  return (await jobs()).filter(({ payload }) => payload['name'] === name).length;
}

const good = (name: string) => schedule(name, { payload: { name } });

describe('a fault in one entry hurts that entry only', () => {
  const faults: [string, Changes, RegExp][] = [
    ['max=0', { options: { maxAttempts: 0 } }, /./],
    ['max=99999', { options: { maxAttempts: 99_999 } }, /./],
    ['priority=99999', { options: { priority: 99_999 } }, /./],
    ['a key that is too long', { options: { jobKey: 'k'.repeat(600) } }, /./],
    ['a time that is none', { cron: 'every day' }, /^cron: expected 5 fields/],
    ['a number too long', { cron: '00005 * * * *' }, /^cron: expected/],
    ['text that SQL cannot look into', { payload: { text: '\0' } }, /./],
  ];
  for (const [what, changes, message] of faults) {
    test(what, async () => {
      const bad = schedule('bad', changes);
      await announceSchedules(queue.pool, [good('a'), schedule('bad'), good('z')]);
      await start([good('a'), bad, good('z')]);
      await waitFor('the others', async () => (await countOf('a')) >= 3 && (await countOf('z')) >= 3);
      const { last_error, last_error_at } = await waitFor('its fault', async () => {
        const { rows } = await queue.pool.query("select * from howdah.schedules where identifier = 'bad'");
        return rows[0]?.last_error ? rows[0] : undefined;
      });
      assert.match(last_error, message);
      assert.ok(last_error_at instanceof Date);
      const { rows } = await queue.pool.query(
        "select from howdah.schedules where identifier <> 'bad' and last_error is not null",
      );
      assert.equal(rows.length, 0);
    });
  }

  test('a row that somebody else holds', async () => {
    await queue.pool.query(
      "insert into graphile_worker._private_known_crontabs (identifier, known_since) values ('held', now() - interval '3 minutes')",
    );
    const other = await queue.pool.connect();
    await other.query('begin');
    await other.query(
      "select from graphile_worker._private_known_crontabs where identifier = 'held' for update",
    );
    await start([good('a'), good('held'), good('z')]);
    await waitFor('the others', async () => (await countOf('a')) >= 3 && (await countOf('z')) >= 3);
    assert.equal(await countOf('held'), 0);
    await other.query('rollback');
    other.release();
    await waitFor('that one too', async () => (await countOf('held')) >= 3);
  });

  test('a key that an open transaction enqueues', async () => {
    const other = await queue.pool.connect();
    await other.query('begin');
    await other.query("select howdah.enqueue('ticks', key => 'k')");
    const held = schedule('held', { payload: { name: 'held' }, options: { jobKey: 'k' } });
    await start([good('a'), held, good('z')]);
    await waitFor('the others', async () => (await countOf('a')) >= 3 && (await countOf('z')) >= 3);
    await other.query('rollback');
    other.release();
    await waitFor('that one too', async () => (await countOf('held')) === 1);
  });
});

test('a fault that is over is forgotten', async () => {
  await queue.pool.query('select howdah.record_schedule_fault($1, $2, $3)', ['default', 'a', 'no']);
  await announceSchedules(queue.pool, [good('a')]);
  await start([good('a')]);
  await waitFor('it to be forgotten', async () => {
    const { rows } = await queue.pool.query('select last_error from howdah.schedules');
    return rows[0].last_error === null;
  });
});

test('a job has what its entry says, and its payload as it was, with the tick', async () => {
  const payload = {
    name: 'a',
    big: 12345678901234567890n.toString(),
    nested: { '}': '{', list: [1, { x: null }] },
  };
  const options = { maxAttempts: 32_767, priority: -32_768, jobKey: 'k', jobKeyMode: 'preserve_run_at' };
  await start([schedule('a', { payload, options })]);
  const [job] = await waitFor('its job', async () => {
    const found = await jobs();
    return found.length > 0 ? found : undefined;
  });
  const { _cron, ...rest } = job?.payload ?? {};
  assert.deepEqual(rest, payload);
  assert.match((_cron as { ts: string }).ts, /^\d{4}-\d\d-\d\dT\d\d:\d\d:00(\.0+)?Z$/);
  assert.deepEqual([job?.max_attempts, job?.priority, job?.key], [32_767, -32_768, 'k']);
});

test('a tick of a key keeps the place in a sequence of the job that has it, and never runs beside that one', async () => {
  const enqueue = async (options: string) => {
    const { rows } = await queue.pool.query(
      `select howdah.enqueue('ticks', sequence => 's'${options}) as id`,
    );
    return rows[0].id as string;
  };
  const head = await enqueue('');
  const waiting = await enqueue(", key => 'k'");
  await start([schedule('a', { payload: { name: 'a' }, options: { jobKey: 'k' } })]);
  const look = async () => {
    const { rows } = await queue.pool.query(
      "select id, state, sequence from howdah.jobs where payload ->> 'name' = 'a'",
    );
    return rows;
  };
  await waitFor('the tick', async () => (await look()).length > 0);
  assert.deepEqual(await look(), [{ id: waiting, state: 'scheduled', sequence: 's' }]);

  await queue.pool.query('delete from graphile_worker._private_jobs where id = $1', [head]);
  await queue.pool.query(
    "update graphile_worker._private_jobs set locked_at = now(), locked_by = 'w', attempts = 1 where id = $1",
    [waiting],
  );
  await start([schedule('b', { payload: { name: 'a' }, options: { jobKey: 'k' } })]);
  const [, follower] = await waitFor('another', async () => {
    const found = await look();
    return found.length > 1 ? found : undefined;
  });
  assert.deepEqual({ ...follower, id: undefined }, { id: undefined, state: 'scheduled', sequence: 's' });
});

test('any number of schedulers at once enqueue each tick once', async () => {
  const entries = ['a', 'b', 'c', 'd'].map(good);
  await Promise.all(Array.from({ length: 8 }, () => start(entries)));
  await waitFor('all ticks', async () => (await jobs()).length >= 12);
  await Promise.all(schedulers.map((scheduler) => scheduler.stop()));
  const ticks = (await jobs()).map(
    ({ payload }) => `${payload['name']} ${(payload['_cron'] as { ts: string }).ts}`,
  );
  assert.equal(new Set(ticks).size, ticks.length);
});

test('a paused queue enqueues nothing, and after the pause what is not older than the entry’s fill', async () => {
  await queue.pool.query("select howdah.pause_queue('default')");
  const scheduler = await start([good('a'), schedule('never', { options: { fillMs: 0 } })]);
  await scheduler.stop();
  assert.deepEqual(await jobs(), []);
  await queue.pool.query("select howdah.resume_queue('default')");
  await start([good('a')]);
  await waitFor('what was missed', async () => (await countOf('a')) >= 3);
});

test('more ticks than fit one statement are made up for in several', async () => {
  await queue.pool.query(
    "insert into graphile_worker._private_known_crontabs (identifier, known_since) values ('a', now() - interval '1 day')",
  );
  await start([schedule('a', { payload: { name: 'a' }, options: { fillMs: 4 * 3_600_000 } })]);
  await waitFor('four hours of minutes', async () => (await countOf('a')) >= 240);
  assert.ok((await countOf('a')) <= 242);
});

test('which minutes an expression names is what the engine says, whatever the expression', async () => {
  const field = (low: number, high: number) =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min: low, max: high }).map(String),
      fc.integer({ min: 1, max: high }).map((by) => `*/${by}`),
    );
  const cron = fc
    .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 7))
    .map((fields) => fields.join(' '));
  const instant = fc.date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
  await fc.assert(
    fc.asyncProperty(cron, instant, async (expression, until) => {
      const after = new Date(until.getTime() - 1_440 * 60_000);
      const { rows } = await queue.pool.query('select howdah.cron_minutes($1, $2, $3) as minute', [
        expression,
        after,
        until,
      ]);
      const expected = minutesByEngine(expression, after, until).slice(0, 100);
      assert.deepEqual(
        rows.map(({ minute }) => minute.toISOString()),
        expected,
        expression,
      );
    }),
    { numRuns: 50 },
  );
});

function minutesByEngine(expression: string, after: Date, until: Date): string[] {
  const { match } = parseCronItem({ task: 'any', match: expression });
  const found: string[] = [];
  const at = new Date(Math.floor(after.getTime() / 60_000) * 60_000 + 60_000);
  for (; at <= until; at.setUTCMinutes(at.getUTCMinutes() + 1)) {
    const digest = { min: at.getUTCMinutes(), hour: at.getUTCHours(), date: at.getUTCDate() };
    if (match({ ...digest, month: at.getUTCMonth() + 1, dow: at.getUTCDay() })) found.push(at.toISOString());
  }
  return found;
}
