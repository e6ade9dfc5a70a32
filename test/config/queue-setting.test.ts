import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadConfig } from '../../src/config.ts';
import { problemsOf } from './problems-of.ts';

const ACCEPTED: [string, unknown][] = [
  ['critical:10', [{ name: 'critical', concurrency: 10 }]],
  ['critical:10/20', [{ name: 'critical', concurrency: 10, fleetConcurrency: 20 }]],
  [
    'a:1/1, b_2:1000',
    [
      { name: 'a', concurrency: 1, fleetConcurrency: 1 },
      { name: 'b_2', concurrency: 1_000 },
    ],
  ],
  [`${'q'.repeat(40)}:1`, [{ name: 'q'.repeat(40), concurrency: 1 }]],
];

const REJECTED: [string, RegExp[]][] = [
  ['critical', [/name:concurrency.*e\.g\. critical:10,default:5; "critical" is not.*received "critical"/]],
  ['critical:10,', [/one entry is empty/]],
  ['critical:0', [/concurrency from 1 to 1000, e\.g\. critical:10/]],
  ['critical:1001', [/concurrency from 1 to 1000/]],
  ['critical:', [/concurrency from 1 to 1000/]],
  ['critical:1.5', [/concurrency from 1 to 1000/]],
  ['critical:10:5', [/concurrency from 1 to 1000/]],
  ['critical:10/0', [/fleet concurrency of at least 1.*e\.g\. critical:10\/20/]],
  ['critical:10/', [/fleet concurrency of at least 1/]],
  ['Critical:10', [/queue name of 1 to 40 lower-case/]],
  ['1st:10', [/queue name/]],
  ['with-dash:10', [/queue name/]],
  [':10', [/queue name/]],
  [`${'q'.repeat(41)}:1`, [/queue name/]],
  ['a:1,b:1,a:2,a:3', [/every queue once; "a" is there more than once/]],
  ['A:0,b:x/0', [/"A:0".*queue name/, /"A:0".*concurrency/, /"b:x\/0".*concurrency/, /"b:x\/0".*fleet/]],
];

describe('QUEUES', () => {
  for (const [value, expected] of ACCEPTED) {
    test(`may be "${value}"`, () => assert.deepEqual(loadConfig({ QUEUES: value }).queues, expected));
  }

  for (const [value, expected] of REJECTED) {
    test(`may not be "${value}"`, () => {
      const messages = problemsOf({ QUEUES: value }).map(({ message }) => message);
      assert.equal(messages.length, expected.length, messages.join('\n'));
      expected.forEach((pattern, index) => {
        assert.match(messages[index] ?? '', pattern);
      });
    });
  }
});
