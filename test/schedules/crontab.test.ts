import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { OPTION_TABLE } from '../../src/enqueue/option-table.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { CrontabError, parseSchedules } from '../../src/work/schedules/crontab.ts';

const catalogue = createCatalogue([
  defineTask({
    name: 'report',
    payload: z.strictObject({ month: z.string().optional() }),
    queue: 'bulk',
    maxRetries: 4,
  }),
  defineTask({ name: 'ping', payload: z.strictObject({}) }),
  defineTask({ name: 'counts', payload: z.looseObject({}) }),
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
      /^line 2: unknown task "nothing"; tasks here: counts, ping, report$/,
    ],
    [
      'with a queue there is none of',
      '* * * * * ping ?queue=x',
      /^line 1: unknown queue "x"; queues here: bulk, critical, default\. .*in QUEUES, or in the option queues, /,
    ],
    ['with a payload that does not fit', '* * * * * report {month: 1}', /^line 1: payload\.month: .*string/],
    ['with a time that is none', '61 * * * * ping', /line 1 of crontab.*0-59/],
    [
      'with an option there is none of',
      '* * * * * ping ?often=yes',
      /^line 1: unknown option "often"; options: queue, id, fill, max, priority, jobKey, jobKeyMode$/,
    ],
    [
      'with two entries of one name',
      '* * * * * ping\n\n1 * * * * ping',
      /^line 3: id: "ping" is that of line 1 already; name another with \?id=$/,
    ],
    ['with a payload that is no JSON', '* * * * * ping {month', /^line 1: .*line 1 of crontab/],
    [
      'with text that Postgres cannot look into',
      '* * * * * report {month: "\\u0000"}',
      /^line 1: payload\.month: expected text /,
    ],
    [
      'with a number that would be rounded',
      '* * * * * counts {n: 1234567890123456791}',
      /^line 1: payload\.n: expected a number that a double holds exactly/,
    ],
    [
      'with a member of the name that the tick has',
      '* * * * * counts {n: 1, _cron: {x: 1}}',
      /^line 1: payload\._cron: expected no member of this name, which the tick has$/,
    ],
    [
      'with a number that no double holds',
      '* * * * * counts {n: [1e400]}',
      /^line 1: payload\.n\[0\]: expected a number that JSON and a double can hold/,
    ],
    [
      'with too many lists in each other',
      `* * * * * counts {n: ${'['.repeat(512)}${']'.repeat(512)}}`,
      /^line 1: payload: expected at most 512 lists and objects within each other/,
    ],
    [
      'with a number too long to read',
      '00005 * * * * ping',
      /^line 1: time: expected numbers of at most 4 digits/,
    ],
  ];
  for (const [what, text, message] of cases) {
    test(what, () =>
      assert.throws(
        () => parse(text),
        (error) => error instanceof CrontabError && message.test(error.message),
      ),
    );
  }

  const options: [string, string][] = [
    ['max=0', 'max: expected a whole number from 1 to 32767, received "0"'],
    ['max=32768', 'max: expected a whole number from 1 to 32767, received "32768"'],
    ['max=99999', 'max: expected a whole number from 1 to 32767, received "99999"'],
    ['max=', 'max: expected a whole number from 1 to 32767, received ""'],
    ['max=1&max=2', 'max: expected once, received 2 times'],
    ['priority=32768', 'priority: expected a whole number from -32768 to 32767, received "32768"'],
    ['priority=-32769', 'priority: expected a whole number from -32768 to 32767, received "-32769"'],
    ['priority=high', 'priority: expected a whole number from -32768 to 32767, received "high"'],
    ['fill=5', 'fill: expected a time such as 30m or 1d12h, at most 366d, received "5"'],
    ['fill=53w', 'fill: expected a time such as 30m or 1d12h, at most 366d, received "53w"'],
    ['queue=No', 'queue: expected the name of a queue, received "No"'],
    ['id=1', 'id: expected a letter or _, then letters, digits, _ and -, at most 128, received "1"'],
    ['jobKey=', 'jobKey: expected 1 to 376 characters, received ""'],
    ['jobKey=%00', 'jobKey: expected 1 to 376 characters, received "\\u0000"'],
    [`jobKey=${'k'.repeat(377)}`, `jobKey: expected 1 to 376 characters, received "${'k'.repeat(377)}"`],
    ['jobKey=k&jobKeyMode=ignore', 'jobKeyMode: expected replace or preserve_run_at, received "ignore"'],
    ['jobKeyMode=replace', 'jobKeyMode: expected a jobKey beside it, received none'],
    [
      'constructor=1',
      'unknown option "constructor"; options: queue, id, fill, max, priority, jobKey, jobKeyMode',
    ],
  ];
  for (const [option, mistake] of options) {
    test(`with ?${option.slice(0, 40)}`, () => {
      assert.throws(
        () => parse(`\n* * * * * ping ?${option}`),
        (error) => error instanceof CrontabError && error.message === `line 2: ${mistake}`,
      );
    });
  }

  test('with every mistake at once', () => {
    assert.throws(
      () => parse('* * * * * a\n* * * * * b ?queue=c\n61 * * * * ping\n* * * * * ping ?max=0&priority=x'),
      (error) =>
        error instanceof CrontabError &&
        /^line 1: .*\nline 2: .*\nline 3: .*\nline 4: max: .*\nline 4: priority: [^\n]*$/.test(error.message),
    );
  });
});

test('an entry may have what an enqueue may, up to the same limits', () => {
  const { maxRetries, priority, key } = OPTION_TABLE;
  const isTaken = (option: string) => {
    try {
      return parse(`* * * * * report ?${option}`).length > 0;
    } catch (error) {
      if (error instanceof CrontabError) return false;
      throw error;
    }
  };
  for (const [name, least, most] of [
    ['max', maxRetries.min + 1, maxRetries.max + 1],
    ['priority', priority.min, priority.max],
  ] as const) {
    const taken = [least - 1, least, most, most + 1].map((value) => isTaken(`${name}=${value}`));
    assert.deepEqual(taken, [false, true, true, false], name);
  }
  const taken = [0, 1, key.max, key.max + 1].map((length) => isTaken(`jobKey=${'k'.repeat(length)}`));
  assert.deepEqual(taken, [false, true, true, false], 'jobKey');
});
