import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { announceTasks } from '../../src/enqueue/announce-tasks.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import { defineTask, type TaskDefinition } from '../../src/tasks/define-task.ts';
import { openApi, type TestApi } from './open-api.ts';

const bigintOfText = z.codec(z.string().regex(/^\d+$/), z.bigint(), {
  decode: (text) => BigInt(text),
  encode: (value) => String(value),
});

/** What the task takes, and what it does not; each is the member `n` of a payload. */
const CASES: Record<string, [schema: z.ZodType, taken: unknown[], refused: unknown[]]> = {
  'a bigint': [z.bigint(), [5, -1, 0], ['5', 1.5, true, null, {}]],
  'a bigint that may be missing': [z.bigint().optional(), [5], ['5', 1.5]],
  'a bigint with bounds': [z.bigint().min(-3n).lt(9n), [-3, 8], [-4, 9, '5']],
  'a bigint with several': [z.bigint().positive().min(5n).max(100n).max(10n), [5, 10], [4, 11]],
  'an int64': [z.int64(), [5], ['5', 1e300]],
  'a bigint by a codec from text': [bigintOfText, ['5'], [5, true]],
  'a bigint of whatever': [z.coerce.bigint(), [5, '5', true], []],
  'a number of whatever': [z.coerce.number().min(3), [5, '5'], []],
  'a number by a function before': [z.preprocess(Number, z.number()), [5, '5'], []],
  'a text in any case': [z.string().regex(/^abc$/i), ['abc', 'ABC'], [5]],
  'a text by properties of Unicode': [z.string().regex(/^\p{Lu}+$/u), ['ÄÖ'], [5]],
  'one with several patterns': [z.string().regex(/a/).regex(/B/i), ['ab'], [5]],
  'a name of a record in any case': [z.record(z.string().regex(/^k/i), z.number()), [{ K: 1 }], ['x']],
  'an address of Unicode': [z.email({ pattern: z.regexes.unicodeEmail }), ['ü@example.com'], [5]],
  'an emoji': [z.emoji(), ['👍'], [5]],
  'a text that is trimmed': [z.string().trim().max(3), ['  abc  '], [5]],
  'a text in lower case': [z.string().toLowerCase().regex(/^a/), ['ABC'], [5]],
  'an instant with an offset': [z.iso.datetime({ offset: true }), ['2026-01-02T03:04:05+02:00'], [5]],
  'a local time': [z.iso.datetime({ local: true }), ['2026-01-02T03:04:05'], [5]],
  'a guid': [z.guid(), ['3d7b1f8e-0000-0000-0000-3d7b1f8e0000'], [5]],
  'what has another value when it is wrong': [z.string().catch('x'), [5, 'y'], []],
};

const tasks = Object.entries(CASES).map(
  ([, [schema]], index): TaskDefinition<unknown> =>
    defineTask<unknown>({ name: `takes_${index}`, payload: z.strictObject({ n: schema }), queue: 'default' }),
);

let api: TestApi;
before(async () => {
  api = await openApi();
  await announceTasks(api.customers.pool, createCatalogue(tasks as TaskDefinition[])); // as another process would
});
after(() => api.drop());

describe('what is announced of a payload is what its task takes', () => {
  for (const [index, [what, [schema, taken, refused]]] of Object.entries(CASES).entries()) {
    const task = `takes_${index}`;
    const sql = async (n: unknown) =>
      api.customers.pool.query(`select howdah.enqueue($1, $2, delay => '1 h')`, [
        task,
        JSON.stringify({ n }),
      ]);
    const batch = (n: unknown) =>
      api.customers.pool.query('select * from howdah.enqueue_jobs($1)', [
        JSON.stringify([{ task, payload: { n }, delay: '1 h' }]),
      ]);
    const http = async (n: unknown) => {
      const body = JSON.stringify({ task, payload: { n }, delay: '1h' });
      return (await api.send('POST', '/v1/jobs', { body })).status;
    };

    test(`${what} is taken from every side`, async () => {
      for (const n of taken) {
        assert.ok(!(n instanceof Object) || schema.safeParse(n).success);
        await sql(n);
        await batch(n);
        assert.equal(await http(n), 201, JSON.stringify(n));
      }
    });

    test(`what is not ${what} is refused from every side`, async () => {
      for (const n of refused) {
        await assert.rejects(sql(n), { code: 'HWPAY', message: /^payload\.n: expected/ }, JSON.stringify(n));
        await assert.rejects(batch(n), { code: 'HWPAY', message: /^jobs\[0\]\.payload\.n: expected/ });
        assert.equal(await http(n), 422, JSON.stringify(n));
      }
    });
  }

  test('with every digit of an int64', async () => {
    const task = `takes_${Object.keys(CASES).indexOf('an int64')}`;
    const [row] = await api.customers.rows<{ n: string }>(
      `select (payload_schema #> '{properties,n}')::text as n from howdah.tasks where name = '${task}'`,
    );
    const bounds = '"maximum": 9223372036854775807, "minimum": -9223372036854775808';
    assert.equal(row?.n, `{"type": "integer", ${bounds}}`);
    const enqueue = (n: string) =>
      api.customers.pool.query(`select howdah.enqueue($1, $2, delay => '1 h')`, [task, `{"n": ${n}}`]);
    await enqueue('9223372036854775807');
    await assert.rejects(enqueue('9223372036854775808'), { code: 'HWPAY' });
  });
});
