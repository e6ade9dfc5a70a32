import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { z } from 'zod';
import { wholeNumberAt } from '../../src/db/exact-json.ts';
import { parsePayload as parseWith } from '../../src/tasks/parse-payload.ts';

const parsePayload = <T>(schema: z.ZodType<T>, given: unknown) => parseWith(schema, given, wholeNumberAt);

const schema = z.object({ ids: z.array(z.object({ id: z.bigint(), name: z.string().optional() })) });

test('bigints are made of the whole numbers that are given, and what was given is left alone', () => {
  const given = { ids: [{ id: 1, name: 'a' }, { id: -0 }, { id: 9007199254740991 }] };
  const before = structuredClone(given);
  assert.deepEqual(parsePayload(schema, given).data, {
    ids: [{ id: 1n, name: 'a' }, { id: 0n }, { id: 9007199254740991n }],
  });
  assert.deepEqual(given, before);
});

test('many of them take time in proportion', () => {
  const ids = Array.from({ length: 60_000 }, (_, index) => index);
  const startedAt = performance.now();
  const { data } = parsePayload(z.object({ ids: z.array(z.bigint()) }), { ids });
  assert.equal(data?.ids.at(-1), 59_999n);
  assert.ok(performance.now() - startedAt < 5_000, 'a list copied for each of its elements takes 40 s');
});

for (const value of [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, '1', null]) {
  test(`no bigint is made of ${value}`, () => {
    assert.equal(parsePayload(schema, { ids: [{ id: value }] }).success, false);
  });
}
