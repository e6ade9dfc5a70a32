import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { defineTask } from '../../src/tasks/define-task.ts';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue } from '../support/test-queue.ts';

const anything = defineTask<unknown>({ name: 'takes_anything', payload: z.unknown() });
const nested: z.ZodType<unknown> = z.lazy(() => z.union([z.array(nested), z.number()]));
const recursive = defineTask<unknown>({ name: 'takes_lists', payload: nested });

let queue: TestQueue;
let runCount = 0;
before(async () => {
  const count = async () => {
    runCount += 1;
  };
  queue = await openTestQueue([
    [anything, count],
    [recursive, count],
  ]);
});
after(() => queue.close());

const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const DEEP = /^payload: expected at most 512 lists and objects within each other, received 6000$/;
const NUMBER = /^payload: expected numbers of at most 131072 digits before the point/;
const PROTO = /^payload: expected no member "__proto__" in it$/;

/** What it is, as JSON, and how it is refused. */
const REFUSED: [what: string, payload: string, message: RegExp][] = [
  ['6,000 lists within each other', lists(6_000), DEEP],
  ['513 objects within each other', `${'{"a":'.repeat(513)}1${'}'.repeat(513)}`, /received 513$/],
  ['a member __proto__', '{"a": [{"__proto__": {"b": 1}}]}', PROTO],
  ['a member __proto__ with an escape', String.raw`{"__proto\u005f_": 1}`, PROTO],
  ['a number beyond numeric', '{"n": 1e200000}', NUMBER],
  ['one before a space', '{"a": [1e200000 ], "b": 1}', NUMBER],
  ['one alone', '1e200000', NUMBER],
  ['one that is too small for it', '[-1E-0200000]', NUMBER],
  ['one of 140,000 digits', `{"n": ${'7'.repeat(140_000)}}`, NUMBER],
];

const TAKEN: [what: string, payload: string][] = [
  ['512 lists within each other', lists(512)],
  ['600 lists beside each other', `[${Array(600).fill('[]').join()}]`],
  ['a value __proto__', '{"a": "__proto__"}'],
  ['what looks like an exponent', '{"a": "1e1234", "b": 1e300, "c": "4e20001"}'],
  ['a text of 20,000 characters', `{"a": "${'x'.repeat(20_000)}"}`],
];

const CALLS = [
  `add_job('takes_anything', $1)`,
  `add_job('takes_anything', $1, job_key => 'k')`,
  `add_jobs(array[('takes_anything', $1::json, null, null, null, null, null, null)::graphile_worker.job_spec])`,
];

describe('what no handler can be given is refused by the job tables, whoever writes', () => {
  for (const [what, payload, message] of REFUSED) {
    test(what, async () => {
      for (const call of CALLS) {
        const add = queue.pool.query(`select graphile_worker.${call}`, [payload]);
        await assert.rejects(add, { code: 'HWPAY', message });
      }
      assert.equal(await scalar(queue, 'select count(*)::int from graphile_worker._private_jobs'), 0);
    });
  }

  for (const [what, payload] of TAKEN) {
    test(`but not ${what}`, async () => {
      for (const call of CALLS) await queue.pool.query(`select graphile_worker.${call}`, [payload]);
      await queue.pool.query('delete from graphile_worker._private_jobs');
    });
  }
});

/** As a job that was written before they were refused. */
async function add(task: string, payload: string): Promise<string> {
  const client = await queue.pool.connect();
  await client.query('set session_replication_role = replica');
  const { rows } = await client.query('select id from graphile_worker.add_job($1, $2)', [task, payload]);
  client.release(true);
  return rows[0].id;
}

describe('a job that has such a payload already', () => {
  test('is discarded at its first run with the reason, and the handler does not see it', async () => {
    await queue.start();
    runCount = 0;
    for (const [task, payload, message] of [
      ['takes_lists', lists(6_000), 'payload: expected at most 512 lists and objects within each other'],
      ['takes_anything', lists(6_000), 'payload: expected at most 512 lists and objects within each other'],
      ['takes_anything', '{"a": {"__proto__": 1}}', 'payload.a.__proto__: expected no member of this name'],
      ['takes_anything', '{"n": 1e200000}', 'payload.n: expected a number that a double holds'],
    ] as const) {
      const job = await queue.untilState(await add(task, payload), 'discarded');
      assert.equal(job.attempt, 1);
      assert.ok(job.last_error?.startsWith(`malformed payload: ${message}`), job.last_error ?? '');
    }
    assert.equal(runCount, 0);
  });

  test('cannot be retried, alone with the reason, and is left out among others', async () => {
    const ids = await scalar<string[]>(
      queue,
      "select array_agg(id::text) from howdah.jobs where state = 'discarded'",
    );
    assert.equal(ids.length, 4);
    for (const id of ids) {
      const retry = queue.pool.query('select howdah.retry_job($1)', [id]);
      await assert.rejects(retry, { code: 'HWSTA', message: /it cannot be retried: payload: expected/ });
    }
    assert.equal(await scalar(queue, 'select howdah.retry_jobs()'), 0);
  });
});
