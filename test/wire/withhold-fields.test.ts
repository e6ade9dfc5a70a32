import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { linksOf } from '../../src/wire/job-links.ts';
import { restoreFields, withholdFields } from '../../src/wire/withhold-fields.ts';

const X = '[redacted]';

describe('withholding fields', () => {
  const CASES: [paths: string[], value: unknown, shown: unknown][] = [
    [[], { password: 1 }, { password: 1 }],
    [['password'], { password: 1, a: 2 }, { password: X, a: 2 }],
    [
      ['password'],
      { a: [{ password: null }, 7], b: { password: { c: 1 } } },
      { a: [{ password: X }, 7], b: { password: X } },
    ],
    [
      ['card.*'],
      { card: { number: 1, cvc: '2' }, cards: { number: 1 } },
      { card: { number: X, cvc: X }, cards: { number: 1 } },
    ],
    [['card.*'], { card: ['a', { n: 1 }], x: { card: 'whole' } }, { card: [X, X], x: { card: 'whole' } }],
    [['card.number'], { card: [{ number: 1, owner: 'a' }] }, { card: [{ number: X, owner: 'a' }] }],
    [['a.*.b'], { a: { x: { b: 1, c: 2 }, b: 3 } }, { a: { x: { b: X, c: 2 }, b: 3 } }],
    [['*'], { a: 1, b: [1] }, { a: X, b: X }],
    [['password'], 'password', 'password'],
    [['password'], null, null],
    [
      ['__proto__', 'constructor'],
      { constructor: 1, a: 18446744073709551617n },
      { constructor: X, a: 18446744073709551617n },
    ],
  ];
  for (const [paths, value, shown] of CASES) {
    test(`${paths.join(' ') || 'nothing'} in ${typeof value === 'object' ? Object.keys(value ?? {}) : value}`, () => {
      const before = structuredClone(value);
      assert.deepEqual(withholdFields(value, paths), shown);
      assert.deepEqual(value, before);
      assert.deepEqual(restoreFields(shown, value, paths), value);
    });
  }

  test('is undone by what it was made of, for any value and paths', () => {
    const name = fc.constantFrom('a', 'b', 'card');
    const path = fc
      .array(fc.oneof(name, fc.constant('*')), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join('.'));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.integer(),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(name, tie('tree'), { noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.array(path, { maxLength: 3 }), (value, paths) => {
        assert.deepEqual(restoreFields(withholdFields(value, paths), value, paths), value);
      }),
      { numRuns: 1_000 },
    );
  });

  test('leaves what somebody wrote in the place of a field', () => {
    assert.deepEqual(restoreFields({ password: 'new', a: X }, { password: 'old', a: 1 }, ['password']), {
      password: 'new',
      a: X,
    });
    assert.deepEqual(restoreFields({ password: X }, {}, ['password']), { password: X });
  });
});

describe('links of a job', () => {
  const LINKS = [
    { label: 'logs', url: 'https://logs.example/?q={{job_id}}&task={{task}}&queue={{queue}}' },
    { label: 'trace', url: 'http://traces.example/{{trace_id}}' },
  ];
  const job = { id: '7', task: 'a&b c', queue: 'default', headers: null };

  test('have its data in them, which cannot be more than data', () => {
    const [logs, ...others] = linksOf(LINKS, job);
    assert.deepEqual(logs, { label: 'logs', url: 'https://logs.example/?q=7&task=a%26b%20c&queue=default' });
    assert.deepEqual(others, []);
  });

  test('have its trace, where it has one', () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const headers = { traceparent: `00-${trace}-b7ad6b7169203331-01` };
    assert.equal(linksOf(LINKS, { ...job, headers })[1]?.url, `http://traces.example/${trace}`);
    assert.equal(linksOf(LINKS, { ...job, headers: { traceparent: '../x' } }).length, 1);
  });
});
