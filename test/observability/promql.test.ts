import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseScrape } from './parse-scrape.ts';
import { evaluate } from './promql.ts';

const SCRAPES = {
  before: parseScrape(
    'm{q="a"} 10\nm{q="b"} 1\nh_bucket{le="1"} 0\nh_bucket{le="2"} 0\nh_bucket{le="+Inf"} 0\n',
  ),
  now: parseScrape(
    'm{q="a"} 40\nm{q="b"} 1\nm{q="c"} 9\nn{q="a"} 4\nh_bucket{le="1"} 50\nh_bucket{le="2"} 100\nh_bucket{le="+Inf"} 100\n',
  ),
  secondsBetween: 10,
};

/** The values of an answer by the label q. */
function answer(expression: string): Record<string, number> {
  return Object.fromEntries(
    evaluate(expression, SCRAPES).map(({ labels, value }) => [labels['q'] ?? '', value]),
  );
}

describe('the evaluator of alert expressions', () => {
  const cases: [string, Record<string, number>][] = [
    ['m', { a: 40, b: 1, c: 9 }],
    ['m > 5', { a: 40, c: 9 }],
    ['m{q="a"} == 40', { a: 40 }],
    ['m{q=~"a|b"}', { a: 40, b: 1 }],
    ['rate(m[5m])', { a: 3, b: 0 }],
    ['increase(m[15m]) > 0', { a: 30 }],
    ['sum(m)', { '': 50 }],
    ['max by (q) (m) >= max by (q) (n)', { a: 40 }],
    ['m / n > 5', { a: 10 }],
    ['m > 5 unless on (q) n == 4', { c: 9 }],
    ['m > 5 and on (q) n == 4', { a: 40 }],
    ['absent(nothing)', { '': 1 }],
    ['absent(m)', {}],
    ['histogram_quantile(0.75, sum by (le) (rate(h_bucket[5m])))', { '': 1.5 }],
  ];
  for (const [expression, expected] of cases) {
    test(`gives what Prometheus gives for ${expression}`, () =>
      assert.deepEqual(answer(expression), expected));
  }

  test('refuses what it does not understand', () => {
    for (const expression of ['m >', 'm[5m', 'topk(1, m)', 'm ~ 1', 'sum by (q m']) {
      assert.throws(() => evaluate(expression, SCRAPES), SyntaxError, expression);
    }
  });
});
