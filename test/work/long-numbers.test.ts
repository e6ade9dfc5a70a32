import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { z } from 'zod';
import { createHowdah } from '../../src/howdah/create-howdah.ts';
import { getJob } from '../../src/look/get-job.ts';
import { bind } from '../../src/tasks/bind.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { enqueued } from '../../src/testing/enqueued.ts';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue } from '../support/test-queue.ts';

/** An id of 64 bits, which a double rounds to …800. */
const ID = '1234567890123456791';

const SCHEMAS = {
  asks_for_bigint: z.strictObject({ n: z.bigint() }),
  asks_for_int64: z.strictObject({ n: z.int64() }),
  asks_for_either: z.strictObject({ n: z.union([z.string(), z.bigint()]).nullable() }),
  asks_for_many: z.strictObject({ of: z.array(z.strictObject({ n: z.bigint().optional() })) }),
  asks_for_number: z.strictObject({ n: z.number() }),
  asks_for_int: z.strictObject({ n: z.int() }),
  makes_a_number: z.strictObject({ n: z.coerce.number() }),
  moves_a_number: z.strictObject({ n: z.coerce.number() }).transform(({ n }) => ({ ids: [n] })),
  asks_for_percents: z.strictObject({ n: z.bigint().max(100n) }),
  asks_for_nothing: z.unknown(),
} satisfies Record<string, z.ZodType>;

type Name = keyof typeof SCHEMAS;

const ran: unknown[] = [];
const tasks = Object.entries(SCHEMAS).map(([name, payload]) =>
  bind(defineTask<unknown>({ name, payload }), async (given) => {
    ran.push(given);
    return given;
  }),
);

let queue: TestQueue;
before(async () => {
  queue = await openTestQueue(tasks);
  await queue.start();
});
beforeEach(() => ran.splice(0));
after(() => queue.close());

const taskNamed = (name: Name) => {
  const task = tasks.find(({ definition }) => definition.name === name);
  assert.ok(task);
  return task.definition;
};

/** What is enqueued by SQL, as a trigger would with `json_build_object('n', new.id)`; its id. */
const WAYS: Record<string, (task: Name, payload: string) => Promise<string>> = {
  'howdah.enqueue': (task, payload) => scalar(queue, 'select howdah.enqueue($1, $2)', [task, payload]),
  'howdah.enqueue_jobs': (task, payload) =>
    scalar(queue, 'select job_id from howdah.enqueue_jobs($1)', [
      `[{"task":"${task}","payload":${payload}}]`,
    ]),
  'add_job of the engine': (task, payload) =>
    scalar(queue, 'select id from graphile_worker.add_job($1, $2)', [task, payload]),
  'add_job with a key': (task, payload) =>
    scalar(queue, `select id from graphile_worker.add_job($1, $2, job_key => 'k')`, [task, payload]),
};

describe('a whole number that a double would round reaches the handler exactly', () => {
  const TAKEN: [Name, payload: string, made: unknown][] = [
    ['asks_for_bigint', `{"n": ${ID}}`, { n: BigInt(ID) }],
    ['asks_for_bigint', '{"n": 5}', { n: 5n }],
    ['asks_for_bigint', '{"n": 9007199254740994}', { n: 9007199254740994n }],
    ['asks_for_many', '{"of": [{"n": 1000000000000000000}]}', { of: [{ n: 10n ** 18n }] }],
    ['asks_for_bigint', `{"n": ${ID}.0}`, { n: BigInt(ID) }],
    ['asks_for_bigint', '{"n": 1e18}', { n: 10n ** 18n }],
    ['asks_for_int64', `{"n": -${ID}}`, { n: -BigInt(ID) }],
    ['asks_for_either', `{"n": ${ID}}`, { n: BigInt(ID) }],
    ['asks_for_either', '{"n": 5}', { n: 5n }],
    ['asks_for_many', `{"of": [{"n": 1}, {}, {"n": ${ID}}]}`, { of: [{ n: 1n }, {}, { n: BigInt(ID) }] }],
    ['asks_for_number', '{"n": 9007199254740991}', { n: 9007199254740991 }],
    ['asks_for_number', '{"n": 9007199254740994}', { n: 9007199254740994 }],
    ['asks_for_number', '{"n": 0.12345678901234566}', { n: 0.12345678901234566 }],
    ['asks_for_nothing', `{"n": ${ID}, "text": "${ID}", "m": 1}`, { n: BigInt(ID), text: ID, m: 1 }],
  ];
  for (const [task, payload, made] of TAKEN) {
    test(`${task} ${payload}`, async () => {
      for (const enqueue of Object.values(WAYS))
        await queue.untilState(await enqueue(task, payload), 'completed');
      assert.deepEqual(
        ran,
        Object.values(WAYS).map(() => made),
      );
    });
  }
});

describe('where the schema asks for a number its job is refused before anything is done', () => {
  for (const task of ['asks_for_number', 'makes_a_number', 'moves_a_number', 'asks_for_int'] as const) {
    for (const [way, enqueue] of Object.entries(WAYS)) {
      if (task === 'asks_for_int' && way.startsWith('howdah')) continue; // has bounds, so it is not even enqueued
      test(`${task}, enqueued by ${way}`, async () => {
        const { last_error, attempt } = await queue.untilState(
          await enqueue(task, `{"n": ${ID}}`),
          'discarded',
        );
        assert.equal(
          last_error,
          'malformed payload: payload.n: expected a number that a double holds exactly, received a longer whole one; send it as text, or have the schema ask for a bigint',
        );
        assert.deepEqual([attempt, ran], [1, []]);
      });
    }
  }
});

describe('refused, with a reason of its own, is', () => {
  const REFUSED: [Name, payload: string, reason: RegExp][] = [
    ['asks_for_percents', `{"n": ${ID}}`, /payload\.n: Too big: expected bigint to be <=100$/],
    ['asks_for_bigint', '{"n": 9007199254740993.5}', /payload\.n: Invalid input: expected bigint/],
    ['asks_for_number', `{"n": ${ID}.0}`, /payload\.n: expected a number that a double holds exactly/],
    [
      'asks_for_number',
      '{"n": 1.234567890123456791e18}',
      /payload\.n: expected a number that a double holds/,
    ],
    [
      'asks_for_nothing',
      '{"a": [1e400]}',
      /payload\.a\[0\]: expected a number that a double holds, received one/,
    ],
  ];
  for (const [task, payload, reason] of REFUSED) {
    test(`${task} ${payload}`, async () => {
      const id = await scalar<string>(queue, 'select id from graphile_worker.add_job($1, $2)', [
        task,
        payload,
      ]);
      const { last_error } = await queue.untilState(id, 'discarded');
      assert.match(last_error ?? '', reason);
      assert.deepEqual(ran, []);
    });
  }
});

test('a number of JavaScript is the same to the handler, however large', async () => {
  for (const n of [2 ** 64, 1_795_667_908 * 1e9 + 430_012_345, 1.5e300]) {
    const { id } = await queue.distributor.distribute(queue.pool, taskNamed('asks_for_number'), { n });
    await queue.untilState(id, 'completed');
    assert.deepEqual(ran.pop(), { n });
  }
});

describe('a bigint', () => {
  test('is enqueued from TypeScript, alone and in a batch, and read back exactly', async () => {
    const task = defineTask({ name: 'asks_for_bigint', payload: SCHEMAS.asks_for_bigint });
    const payload = { n: BigInt(ID) };
    const one = await queue.distributor.distribute(queue.pool, task, payload, { delayMs: 60_000 });
    const options = { delayMs: 60_000 };
    const [two] = await queue.distributor.distributeMany(queue.pool, [{ task, payload, options }]);
    for (const id of [one.id, two?.id ?? '']) {
      assert.equal(
        await scalar(queue, 'select payload::text from howdah.jobs where id = $1', [id]),
        `{"n":${ID}}`,
      );
      assert.deepEqual((await getJob(queue.pool, id))?.payload, payload);
    }
    assert.deepEqual(
      (await enqueued(queue.pool, task, { states: ['scheduled'] })).map((job) => job.payload),
      [payload, payload],
    );
  });

  test('is what a result has for one', async () => {
    const id = await WAYS['howdah.enqueue']?.('asks_for_bigint', `{"n": ${ID}}`);
    await using howdah = createHowdah({ connectionString: queue.database.connectionString });
    const { result } = await howdah.wait(id ?? '', { timeoutMs: 20_000 });
    assert.deepEqual(result, { n: BigInt(ID) });
  });

  test('is refused for a schema that asks for a number', async () => {
    const refused = queue.distributor.distribute(queue.pool, taskNamed('asks_for_number'), { n: BigInt(ID) });
    await assert.rejects(refused, { code: 'invalid_payload', message: /payload\.n: .*expected number/ });
  });
});
