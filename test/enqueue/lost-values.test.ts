import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { checkJob, checkJobs } from '../../src/enqueue/check-jobs.ts';
import { encodeJob } from '../../src/enqueue/encode-job.ts';
import { defineTask } from '../../src/tasks/define-task.ts';

const anything = defineTask<unknown>({ name: 'anything', payload: z.unknown() });

describe('a number that JSON would have as null is refused', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const received = `expected a number that JSON and a double can hold, received ${value}`;

    test(`${value}, with its place`, () => {
      for (const [payload, field] of [
        [value, 'payload'],
        [{ a: [1, { b: value }] }, 'payload.a[1].b'],
      ] as const) {
        assert.throws(() => checkJob({ task: anything, payload }), {
          code: 'invalid_payload',
          fields: [{ field, message: received }],
        });
      }
    });

    test(`${value} in a batch, with its job`, () => {
      const jobs = [{}, { n: value }].map((payload) => ({ task: anything, payload }));
      assert.throws(() => checkJobs(jobs), {
        code: 'invalid_payload',
        fields: [{ field: 'jobs[1].payload.n', message: received }],
      });
    });
  }
});

describe('what JSON would have as {} or nothing is refused', () => {
  for (const [received, value] of [
    ['a Map', new Map([[1, 2]])],
    ['a Set', new Set([1])],
    ['a RegExp', /x/],
    ['a Promise', Promise.resolve(1)],
    ['an ArrayBuffer', new ArrayBuffer(1)],
    ['a function', () => {}],
    ['a symbol', Symbol('s')],
    ['an Error', new Error('e')],
    ['a RangeError', Object.assign(new RangeError('e'), { code: 'E' })],
    ['a Headers', new Headers({ a: 'b' })],
    ['an URLSearchParams', new URLSearchParams('a=b')],
  ] as const) {
    test(received, () => {
      assert.throws(() => checkJob({ task: anything, payload: { list: [value] } }), {
        code: 'invalid_payload',
        fields: [
          { field: 'payload.list[0]', message: `expected what JSON has a word for, received ${received}` },
        ],
      });
    });
  }

  test('but for members that are undefined, and what says itself how it is written', () => {
    checkJob({
      task: anything,
      payload: {
        ...{ gone: undefined, at: new Date(), url: new URL('http://a.example'), list: [] },
        ...{ bytes: Buffer.from('a'), told: Object.assign(new Error('e'), { toJSON: () => 'e' }) },
      },
    });
  });
});

test('a codec may make JSON of it', () => {
  const limit = z.codec(z.number().nullable(), z.custom<number>(), {
    decode: (max) => max ?? Number.POSITIVE_INFINITY,
    encode: (max) => (max === Number.POSITIVE_INFINITY ? null : max),
  });
  const task = defineTask({ name: 'limited', payload: z.strictObject({ limit }) });
  const job = encodeJob({ task, payload: { limit: Number.POSITIVE_INFINITY } });
  assert.deepEqual(job.payload, { limit: null });
});
