import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseCrontab } from 'graphile-worker';
import { z } from 'zod';
import { createCatalogue } from '../../src/jobs/catalogue.ts';
import { defineTask } from '../../src/jobs/define-task.ts';
import { CrontabError, parseSchedules, renderCrontab } from '../../src/processor/schedules/crontab.ts';

const catalogue = createCatalogue([
  defineTask({
    name: 'report',
    payload: z.strictObject({ month: z.string().optional() }),
    queue: 'bulk',
    maxRetries: 4,
  }),
  defineTask({ name: 'ping', payload: z.strictObject({}) }),
]);
const queues = ['bulk', 'critical', 'default'];
const parse = (text: string) => parseSchedules(text, { catalogue, queues });

describe('an entry of the crontab', () => {
  test('goes to the queue it names, or to its task’s own', () => {
    const found = parse('* * * * * report\n* * * * * report ?queue=critical&id=other\n* * * * * ping');
    assert.deepEqual(
      found.map(({ identifier, queue }) => [identifier, queue]),
      [
        ['report', 'bulk'],
        ['other', 'critical'],
        ['ping', 'default'],
      ],
    );
  });

  test('has the retries of its task and makes up for five minutes, unless it says otherwise', () => {
    const [plain, told, never] = parse(
      '1 2 3 4 5 report\n1 2 3 4 5 report ?id=b&max=2&fill=2h&priority=-3&jobKey=k\n1 2 3 4 5 report ?id=c&fill=0s',
    );
    assert.deepEqual(plain?.options, { fillMs: 300_000, maxAttempts: 5 });
    assert.deepEqual(told?.options, {
      fillMs: 7_200_000,
      maxAttempts: 2,
      priority: -3,
      jobKey: 'k',
      jobKeyMode: 'replace',
    });
    assert.equal(never?.options.fillMs, 0);
  });

  test('keeps its time and its payload', () => {
    const [entry] = parse('  */5   1-3 *  * 0,6   report ?id=x {month: "2026-01"}  ');
    assert.deepEqual([entry?.cron, entry?.payload], ['*/5 1-3 * * 0,6', { month: '2026-01' }]);
  });
});

describe('a crontab is refused', () => {
  const cases: [string, string, RegExp][] = [
    [
      'with a task there is none of',
      '# one\n* * * * * nothing',
      /^line 2: unknown task "nothing"; tasks here: ping, report$/,
    ],
    [
      'with a queue there is none of',
      '* * * * * ping ?queue=x',
      /^line 1: unknown queue "x"; queues here: bulk, critical, default\. /,
    ],
    ['with a payload that does not fit', '* * * * * report {month: 1}', /^line 1: payload\.month: .*string/],
    ['with a time that is none', '61 * * * * ping', /line 1 of crontab.*0-59/],
    [
      'with an option there is none of',
      '* * * * * ping ?often=yes',
      /line 1 of crontab contains unsupported key 'often'/,
    ],
    ['with two entries of one name', '* * * * * ping\n1 * * * * ping', /duplicate identifiers found: 'ping'/],
  ];
  for (const [what, text, message] of cases) {
    test(what, () =>
      assert.throws(
        () => parse(text),
        (error) => error instanceof CrontabError && message.test(error.message),
      ),
    );
  }

  test('with every such mistake at once', () => {
    assert.throws(() => parse('* * * * * a\n* * * * * b ?queue=c'), /line 1: .*\nline 2: /);
  });
});

describe('a queue’s part of the crontab', () => {
  const text = [
    '*/5 1-3 * * 0,6 report ?id=x&queue=critical&fill=2h&max=3&priority=7&jobKey=a%20b%26c&jobKeyMode=preserve_run_at {"month":"}%\\u2028 {"}',
    '* * * * * ping',
    '0 0 1 1 * report',
  ].join('\n');

  test('is read by the engine as the entries were meant, without a serial lane', () => {
    const [item, ...others] = parseCrontab(renderCrontab(parse(text), 'critical'));
    assert.deepEqual(others, []);
    assert.ok(item);
    const { identifier, task, payload, options } = item;
    assert.deepEqual(
      { identifier, task, payload },
      { identifier: 'x', task: 'report', payload: { month: '}%\u2028 {' } },
    );
    assert.deepEqual(options, {
      backfillPeriod: 7_200_000,
      maxAttempts: 3,
      priority: 7,
      jobKey: 'howdah:report:a b&c',
      jobKeyMode: 'preserve_run_at',
      queueName: undefined,
    });
  });

  test('has every entry of that queue and none of others', () => {
    const schedules = parse(text);
    const parts = queues.map((queue) =>
      parseCrontab(renderCrontab(schedules, queue)).map(({ task }) => task),
    );
    assert.deepEqual(parts, [['report'], ['report'], ['ping']]);
  });

  test('is empty for a queue without entries', () => {
    assert.deepEqual(parseCrontab(renderCrontab([], 'default')), []);
  });
});
