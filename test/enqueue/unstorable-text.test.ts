import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { defineTask } from '../../src/tasks/define-task.ts';
import { findUnstorableText } from '../../src/tasks/unstorable-text.ts';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue } from '../support/test-queue.ts';

const anything = defineTask<unknown>({ name: 'takes_anything', payload: z.unknown() });

let queue: TestQueue;
before(async () => {
  queue = await openTestQueue([[anything, async () => {}]]);
});
after(() => queue.close());

/** Payloads as JSON, the field that is wrong and what was received. */
const REFUSED: [payload: string, field: string, received: string][] = [
  [String.raw`{"a": "\u0000"}`, 'payload.a', String.raw`\u0000`],
  [String.raw`{"a": {"b": [1, "x", {"c": "y\u0000z"}]}}`, 'payload.a.b[2].c', String.raw`\u0000`],
  [String.raw`"\u0000"`, 'payload', String.raw`\u0000`],
  [String.raw`["ok", "\ud800"]`, 'payload[1]', String.raw`\ud800`],
  [String.raw`{"a": "\ude00\ud83d"}`, 'payload.a', String.raw`\ude00`],
  [String.raw`{"a": "\ud83d\ud83d\ude00"}`, 'payload.a', String.raw`\ud83d`],
  [String.raw`{"a": "\\\u0000"}`, 'payload.a', String.raw`\u0000`],
  [String.raw`{"n\u0000": 1}`, String.raw`payload.n\u0000`, String.raw`\u0000`],
  [String.raw`{"a": {"\udfff": {}}}`, String.raw`payload.a.\udfff`, String.raw`\udfff`],
];

/** What looks like one and is none. */
const TAKEN = [
  String.raw`{"a": "\\u0000", "b": "\\\\ud800", "\\u0000": 1}`,
  String.raw`{"a": "\ud83d\ude00", "b": "\uD83D\uDE00\u00e9\u0001"}`,
  '{"a": "😀", "b": "\u007fu0000"}',
];

const inBatch = (message: string) => message.replace(/^payload/, 'jobs[1].payload');

function expectedMessage(field: string, received: string): string {
  return String.raw`${field}: expected text without \u0000 and halves of surrogate pairs, received ${received}`;
}

const count = () => scalar(queue, 'select count(*)::int from howdah.jobs');

describe('text that Postgres cannot hold is refused', () => {
  for (const [payload, field, received] of REFUSED) {
    const message = expectedMessage(field, received);
    const jobs = `[{"task": "takes_anything"}, {"task": "takes_anything", "payload": ${payload}}]`;

    test(`by howdah.enqueue: ${payload}`, async () => {
      const enqueue = scalar(queue, `select howdah.enqueue('takes_anything', $1)`, [payload]);
      await assert.rejects(enqueue, { code: 'HWPAY', message });
      const unknown = scalar(queue, `select howdah.enqueue('nobodys', $1, allow_unknown => true)`, [payload]);
      await assert.rejects(unknown, { code: 'HWPAY', message });
    });

    test(`by howdah.enqueue_jobs, naming the job: ${payload}`, async () => {
      const enqueue = queue.pool.query('select * from howdah.enqueue_jobs($1)', [jobs]);
      await assert.rejects(enqueue, { code: 'HWPAY', message: inBatch(message) });
    });

    test(`by the job tables, whoever writes: ${payload}`, async () => {
      for (const call of ["add_job('takes_anything', $1)", "add_job('takes_anything', $1, job_key => 'k')"]) {
        const add = queue.pool.query(`select graphile_worker.${call}`, [payload]);
        await assert.rejects(add, { code: 'HWPAY', message });
      }
    });

    test(`from TypeScript, alone and in a batch: ${payload}`, async () => {
      const job = { task: anything, payload: JSON.parse(payload) };
      const one = queue.distributor.distribute(queue.pool, anything, job.payload);
      await assert.rejects(one, {
        code: 'invalid_payload',
        fields: [{ field, message: message.slice(field.length + 2) }],
      });
      const many = queue.distributor.distributeMany(queue.pool, [{ task: anything, payload: {} }, job]);
      await assert.rejects(many, { code: 'invalid_payload', message: inBatch(message) });
      assert.equal(await count(), 0);
    });
  }

  test('in an option of a batch, naming job and field', async () => {
    for (const [options, field] of [
      [String.raw`"key": "a\u0000"`, 'key'],
      [String.raw`"headers": {"a": "\ud800"}`, 'headers.a'],
      [String.raw`"sequence": "\ude00"`, 'sequence'],
      [String.raw`"queue": "\u0000"`, 'queue'],
    ] as const) {
      const jobs = `[{"task": "takes_anything"}, {"task": "takes_anything", ${options}}]`;
      await assert.rejects(queue.pool.query('select * from howdah.enqueue_jobs($1)', [jobs]), {
        code: 'HWOPT',
        message: new RegExp(String.raw`^jobs\[1\]\.${field}: expected text without`),
      });
    }
  });

  test('in the name of a queue, from TypeScript', async () => {
    const enqueue = queue.distributor.distribute(queue.pool, anything, {}, { queue: 'a\0' });
    await assert.rejects(enqueue, { code: 'invalid_options', message: /^queue: expected/ });
  });
});

describe('what only looks like it is taken', () => {
  for (const payload of TAKEN) {
    test(payload, async () => {
      const id = await scalar(queue, `select howdah.enqueue('takes_anything', $1)`, [payload]);
      await queue.pool.query('select * from howdah.enqueue_jobs($1)', [
        `[{"task": "takes_anything", "payload": ${payload}}]`,
      ]);
      await queue.pool.query(`select graphile_worker.add_job('takes_anything', $1)`, [payload]);
      assert.equal(findUnstorableText(JSON.stringify(JSON.parse(payload)), 'payload'), undefined);
      assert.equal(await scalar(queue, 'select payload::text from howdah.jobs where id = $1', [id]), payload);
    });
  }
});
