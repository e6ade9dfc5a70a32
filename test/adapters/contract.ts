import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { z } from 'zod';
import { queryRows, type SqlClient } from '../../src/db/sql-client.ts';
import type { EnqueueOptions } from '../../src/enqueue/enqueue-options.ts';
import { describeError } from '../../src/errors/describe-error.ts';
import { HowdahError } from '../../src/errors.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { JobLostError } from '../../src/work/run/abort-reasons.ts';
import { encodeResult } from '../../src/work/run/result.ts';
import { completeClaim } from '../../src/work/run/run-store.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import type { Adapter } from './adapter.ts';

const ships = testTask('ships');
const completes = testTask('completes');
const nobodyKnows = testTask('nobody_knows');
const counts = defineTask({ name: 'counts', payload: z.strictObject({ count: z.number() }) });

/** Nothing that a library does to a text or to JSON may touch these. */
const PAYLOAD = {
  text: `quotes ' " \\ ? ?? \\? $1 $$ :name ::text {} [] – ü 🐘`,
  json: '{"a":1}',
  numbers: [0, -1, 1.5, 1e21],
  nothing: null,
  snake_case: { inner_key: [true, false] },
};
const HOUR = 3_600_000;
const SOON = new Date('2037-03-04T05:06:07.089Z');
const OPTIONS: EnqueueOptions = {
  queue: 'critical',
  runAt: SOON,
  maxRetries: 3,
  priority: -7,
  timeoutMs: 1_500.5,
  deadline: new Date('2038-01-02T03:04:05.678Z'),
  retentionMs: HOUR,
  uniqueForMs: HOUR,
  sequence: 'in "order"',
  headers: { trace_id: 'a "b" \\ c' },
};

/** What every library's transaction does, seen with the real library on a real database. */
export function keepsTheContract<Tx extends SqlClient>(
  library: string,
  open: (connectionString: string) => Promise<Adapter<Tx>>,
): void {
  describe(`a transaction of ${library}`, () => {
    let queue: TestQueue;
    let adapter: Adapter<Tx>;
    let shallCommit = true;
    before(async () => {
      queue = await openTestQueue([
        [ships, async () => {}],
        [counts as typeof ships, async () => {}],
        [
          completes,
          async (_payload, { completeInTransaction }) => {
            await adapter.transaction(async (tx) => {
              await adapter.insert(tx, 'done');
              await completeInTransaction(tx, { is_done: true });
              if (!shallCommit) throw new Error('not this time');
            });
          },
          { retryDelay: () => 0 },
        ],
      ]);
      await queue.pool.query(
        "create table public.orders (note text not null check (note not like 'secret%'))",
      );
      adapter = await open(queue.database.connectionString);
    });
    afterEach(async () => {
      await queue.pool.query('delete from orders');
      await queue.pool.query('delete from graphile_worker._private_jobs');
      await queue.pool.query('delete from graphile_worker_critical._private_jobs');
    });
    after(async () => {
      await adapter?.close();
      await queue.close();
    });

    const left = async () => {
      const orders = await queue.pool.query<{ note: string }>('select note from orders order by note');
      const jobs = await queue.pool.query<{ id: string }>(
        "select id::text from howdah.jobs where state = 'available' order by id",
      );
      return { orders: orders.rows.map(({ note }) => note), jobs: jobs.rows.map(({ id }) => id) };
    };

    test('commits the row and every job', async () => {
      const ids = await adapter.transaction(async (tx) => {
        const first = await queue.distributor.distribute(tx, ships, {});
        await adapter.insert(tx, 'paid');
        const second = await queue.distributor.distribute(tx, counts, { count: 1 });
        const batch = await queue.distributor.distributeMany(tx, [
          { task: ships, payload: {}, options: { uniqueKey: 'a' } },
          { task: counts, payload: { count: 2 } },
        ]);
        assert.deepEqual((await left()).jobs, [], 'nobody sees them before');
        return [first, second, ...batch].map(({ id }) => id);
      });
      assert.deepEqual(await left(), { orders: ['paid'], jobs: ids.sort() });
    });

    test('that is rolled back leaves neither', async () => {
      const rolledBack = adapter.transaction(async (tx) => {
        await adapter.insert(tx, 'paid');
        await queue.distributor.distribute(tx, ships, {});
        await queue.distributor.distributeMany(tx, [{ task: ships, payload: {} }]);
        throw new Error('out of stock');
      });
      await assert.rejects(rolledBack, { message: 'out of stock' });
      assert.deepEqual(await left(), { orders: [], jobs: [] });
    });

    test('says and stores the same as the driver does', async () => {
      const { rows: columns } = await queue.pool.query(
        "select string_agg(attname, ',') as names from pg_attribute where attrelid = 'graphile_worker._private_jobs'::regclass and attname in ('payload', 'priority', 'max_attempts', 'run_at', 'flags', 'key')",
      );
      const stored = async (id: string) => {
        const text = `select ${columns[0]?.names}, payload::text as text from graphile_worker_critical._private_jobs where id = $1`;
        return (await queue.pool.query(text, [id])).rows[0];
      };
      const byDriver = await queue.distributor.distribute(queue.pool, ships, PAYLOAD, OPTIONS);
      const expected = await stored(byDriver.id);
      await queue.pool.query('delete from graphile_worker_critical._private_jobs');
      const one = await adapter.transaction((tx) =>
        queue.distributor.distribute(tx, ships, PAYLOAD, OPTIONS),
      );
      assert.deepEqual(one, { ...byDriver, id: one.id, runAt: SOON });
      assert.deepEqual(await stored(one.id), expected);
      await queue.pool.query('delete from graphile_worker_critical._private_jobs');
      const [many] = await adapter.transaction((tx) =>
        queue.distributor.distributeMany(tx, [{ task: ships, payload: PAYLOAD, options: OPTIONS }]),
      );
      assert.deepEqual(many, { ...byDriver, id: many?.id, runAt: SOON });
      assert.deepEqual(await stored(many?.id ?? ''), expected);
    });

    test('goes on after a refused job', async () => {
      const options = { uniqueKey: 'a' };
      const { id } = await queue.distributor.distribute(queue.pool, ships, {}, options);
      const duplicate = { code: 'duplicate_job', details: { jobId: id, queue: 'default' } };
      const next = await adapter.transaction(async (tx) => {
        await adapter.insert(tx, 'paid');
        await assert.rejects(queue.distributor.distribute(tx, ships, {}, options), duplicate);
        const batch = [{ task: ships, payload: {}, options }];
        await assert.rejects(queue.distributor.distributeMany(tx, batch), { code: 'duplicate_job' });
        const wrong = { count: 'many' } as unknown as { count: number };
        await assert.rejects(queue.distributor.distribute(tx, counts, wrong), { code: 'invalid_payload' });
        const never = { runAt: new Date(Number.NaN) };
        await assert.rejects(queue.distributor.distribute(tx, ships, {}, never), { code: 'invalid_options' });
        return (await queue.distributor.distribute(tx, ships, {})).id;
      });
      assert.deepEqual(await left(), { orders: ['paid'], jobs: [id, next] });
    });

    test('is told what the database refused, and only that', async () => {
      const requests = [
        { task: nobodyKnows, code: 'unknown_task' },
        { task: ships, options: { queue: 'nowhere' }, code: 'unknown_queue' },
      ] as const;
      for (const { code, task, ...rest } of requests) {
        const asked = { task, payload: { secret: 'hunter2' }, ...rest };
        const expected = await queue.distributor.distributeMany(queue.pool, [asked]).catch((error) => error);
        const refused = adapter.transaction(async (tx) => {
          await adapter.insert(tx, 'paid');
          await queue.distributor.distributeMany(tx, [asked]);
        });
        await assert.rejects(refused, (error: unknown) => {
          assert.ok(error instanceof HowdahError, String(error));
          assert.deepEqual([error.code, error.message], [code, expected.message]);
          return true;
        });
      }
      assert.deepEqual(await left(), { orders: [], jobs: [] });
    });

    test('says why a statement failed, and its errors are told without the values', async () => {
      const inserting = adapter.transaction(async (tx) => {
        await adapter.insert(tx, 'secret-4711');
      });
      const error = await inserting.then(
        () => assert.fail('it was not refused'),
        (refusal: unknown) => refusal,
      );
      const { code, message, stack } = describeError(error);
      assert.equal(code, '23514');
      assert.equal(message, 'new row for relation "orders" violates check constraint "orders_note_check"');
      assert.ok(!stack?.includes('4711'), stack);
    });

    test('gives parameters of every kind as they are, and texts back', async () => {
      const values = ['a ? $1 \\', '{"a_b": [1, null]}', '[]', SOON.toISOString(), '1500.5 milliseconds'];
      const text = `
        select $1::text as text, $2::text::json::text as json, $3::text::jsonb::text as jsonb,
               (extract(epoch from $4::text::timestamptz) * 1000)::bigint::text as instant,
               ($5::text::interval = interval '1.5005 seconds')::text as interval,
               $6::text::bigint::text as bigint, $7::text::integer::text as integer, $8::text as nothing,
               $9::text as missing, $10::text::boolean::text as boolean, 'a' || '?' as mark,
               array_to_string(array(select jsonb_array_elements_text($11::text::jsonb)), '+') as list, $1::text as again`;
      const more = ['9007199254740993', 42, null, undefined, 'true', JSON.stringify(['x', 'y'])];
      const [row] = await adapter.transaction((tx) => queryRows(tx, text, [...values, ...more]));
      assert.deepEqual(
        { ...(row as object) },
        {
          ...{ text: values[0], json: values[1], jsonb: values[2], instant: String(SOON.getTime()) },
          ...{ interval: 'true', bigint: more[0], integer: '42', nothing: null, missing: null },
          ...{ boolean: 'true', mark: 'a?', list: 'x+y', again: values[0] },
        },
      );
    });

    test('completes a job with its commit, and only with it', async () => {
      const processor = await queue.start(1);
      shallCommit = false;
      const options = { maxRetries: 0 };
      const { id: failed } = await queue.distributor.distribute(queue.pool, completes, {}, options);
      const { last_error } = await queue.untilState(failed, 'discarded');
      assert.match(last_error ?? '', /not this time/);
      assert.deepEqual((await left()).orders, []);
      shallCommit = true;
      const { id } = await queue.distributor.distribute(queue.pool, completes, {});
      await queue.untilState(id, 'completed');
      const { rows } = await queue.pool.query('select result from howdah.jobs where id = $1', [id]);
      assert.deepEqual(rows, [{ result: { is_done: true } }]);
      assert.deepEqual((await left()).orders, ['done']);
      await processor.stop(0);
    });

    test('is told that a job is lost', async () => {
      const { id } = await queue.distributor.distribute(queue.pool, ships, {});
      const claim = { values: [id, 'default', 'somebody', SOON.toISOString()], schema: 'howdah' } as const;
      const lost = adapter.transaction(async (tx) => {
        await adapter.insert(tx, 'done');
        await completeClaim(claim, tx, encodeResult(undefined));
      });
      await assert.rejects(lost, JobLostError);
      assert.deepEqual((await left()).orders, []);
    });

    test('is needed to complete a job', async () => {
      const { id } = await queue.distributor.distribute(queue.pool, ships, {});
      const hold = `update graphile_worker._private_jobs set locked_by = 'somebody', locked_at = $1 where id = $2`;
      await queue.pool.query(hold, [SOON, id]);
      const claim = { values: [id, 'default', 'somebody', SOON.toISOString()], schema: 'howdah' } as const;
      const completed = completeClaim(claim, adapter.outside, encodeResult(undefined));
      if (adapter.isOutsideOneConnection) return void (await completed);
      await assert.rejects(completed, { name: 'TypeError', message: /^expected a transaction to complete/ });
      assert.equal((await queue.job(id)).state, 'running');
    });

    test('is not needed: outside of one a job is enqueued at once', async () => {
      const { id } = await queue.distributor.distribute(adapter.outside, ships, {});
      assert.deepEqual((await left()).jobs, [id]);
    });
  });
}
