import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import type { EnqueueOptions } from '../../src/enqueue/enqueue-options.ts';
import { RecordingDistributor } from '../../src/enqueue/recording-distributor.ts';
import { defineTask } from '../../src/tasks/define-task.ts';

const task = defineTask({ name: 'strict', payload: z.strictObject({ n: z.number() }), maxRetries: 2 });
const noDatabase = { query: () => Promise.reject(new Error('no database was asked for')) };

test('a recording distributor remembers jobs and batches, and writes nothing', async () => {
  const distributor = new RecordingDistributor();
  const options = { queue: 'critical', uniqueKey: 'a' };
  const first = await distributor.distribute(noDatabase, task, { n: 1 }, options);
  const rest = await distributor.distributeMany(noDatabase, [{ task, payload: { n: 2 } }]);
  assert.deepEqual([first.id, rest[0]?.id], ['1', '2']);
  assert.deepEqual(
    distributor.jobs.map(({ queue, payload, options, maxRetries }) => ({
      queue,
      payload,
      options,
      maxRetries,
    })),
    [
      { queue: 'critical', payload: { n: 1 }, options, maxRetries: 2 },
      { queue: 'default', payload: { n: 2 }, options: {}, maxRetries: 2 },
    ],
  );
});

test('a recording distributor refuses what the real one refuses', async () => {
  const distributor = new RecordingDistributor();
  const bad = { n: 'x' as unknown as number };
  await assert.rejects(distributor.distribute(noDatabase, task, bad), { code: 'invalid_payload' });
  await assert.rejects(distributor.distribute(noDatabase, task, { n: 1 }, { delayMs: -1 }), {
    code: 'invalid_options',
  });
  await assert.rejects(distributor.distributeMany(noDatabase, [{ task, payload: bad }]), {
    code: 'invalid_payload',
  });
  const misspelt = { delay: 1_000, prio: 1 } as EnqueueOptions;
  await assert.rejects(distributor.distribute(noDatabase, task, { n: 1 }, misspelt), {
    code: 'invalid_options',
    message: 'delay: there is no such option, but delayMs; prio: there is no such option',
  });
  await assert.rejects(distributor.distribute(noDatabase, task, { n: 1 }, 'soon' as never), {
    message: 'options: expected an object, received "soon"',
  });
  const text = { delayMs: '5' as unknown as number };
  await assert.rejects(distributor.distribute(noDatabase, task, { n: 1 }, text), { code: 'invalid_options' });
  const bound = { definition: task } as unknown as typeof task;
  for (const wrong of [bound, undefined as never]) {
    const one = distributor.distribute(noDatabase, wrong, { n: 1 });
    const many = distributor.distributeMany(noDatabase, [{ task: wrong, payload: { n: 1 } }]);
    for (const refused of [one, many])
      await assert.rejects(refused, {
        name: 'TypeError',
        message: /^(jobs\[0\]\.)?task: expected what defineTask returns, received (another object|nothing)$/,
      });
  }
  assert.deepEqual(distributor.jobs, []);
});

test('what is no list of jobs is refused with its place, and nothing in a job is passed over', async () => {
  const distributor = new RecordingDistributor();
  const job = { task, payload: { n: 1 } };
  for (const [jobs, message] of [
    [null, 'jobs: expected a list of { task, payload, options }, received null'],
    [new Set([job]), 'jobs: expected a list of { task, payload, options }, received another object'],
    [[job, null], 'jobs[1]: expected an object with task, payload and options, received null'],
    [new Array(1), 'jobs[0]: expected an object with task, payload and options, received nothing'],
    [[job, { ...job, delayMs: 60_000 }], 'jobs[1].delayMs: expected in options, as options: { delayMs }'],
    [[{ ...job, run_at: new Date() }], 'jobs[0].run_at: expected in options, as options: { runAt }'],
    [[{ ...job, option: {} }], 'jobs[0].option: expected no such member'],
    [[{ ...job, options: null }], 'jobs[0].options: expected an object, received null'],
  ] as const)
    await assert.rejects(distributor.distributeMany(noDatabase, jobs as never), {
      code: 'invalid_options',
      message,
    });
  await distributor.distributeMany(noDatabase, [{ ...job, delayMs: undefined } as typeof job]);
  assert.equal(distributor.jobs.length, 1);
});

test('headers that are wrong are told by name', async () => {
  const distributor = new RecordingDistributor();
  const madeOf = 'headers: expected an object of strings, such as Object.fromEntries makes, received';
  for (const [headers, message] of [
    [new Headers({ a: 'b' }), `${madeOf} a Headers`],
    [new Map([['a', 'b']]), `${madeOf} a Map`],
    [[], `${madeOf} a list`],
    [{ '': 'a' }, 'headers: expected names of 1 to 256 characters, received one of 0'],
    [{ a: 'a'.repeat(8_193), b: 1 }, 'headers.a: expected at most 8192 characters, received 8193'],
    [{ a: 'a', b: undefined }, 'headers.b: expected a text, received undefined'],
    [
      { a: '\ud800' },
      'headers.a: expected text without \\u0000 and halves of surrogate pairs, received another',
    ],
    [JSON.parse('{"__proto__": "a"}'), 'headers: expected no header "__proto__", received one'],
  ] as [object, string][])
    await assert.rejects(distributor.distribute(noDatabase, task, { n: 1 }, { headers } as EnqueueOptions), {
      code: 'invalid_options',
      message,
    });
});
