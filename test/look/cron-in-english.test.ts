import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { cronInEnglish } from '../../src/look/cron-in-english.ts';
import { cronParts } from '../../src/look/cron-parts.ts';
import { openClient } from '../support/open-client.ts';
import { createTestDatabase } from '../support/test-database.ts';

const WORDS: [string, string][] = [
  ['* * * * *', 'every minute'],
  ['*/15 * * * *', 'every 15 minutes'],
  ['0,30 * * * *', 'every 30 minutes'],
  ['*/25 * * * *', 'at minute 0, 25 and 50 of every hour'],
  ['5 * * * *', 'at minute 5 of every hour'],
  ['0 * * * *', 'at minute 0 of every hour'],
  ['30 4 * * *', 'at 04:30 every day'],
  ['30 4 * * 1', 'at 04:30 on Monday'],
  ['0 9,17 * * 1-5', 'at 09:00 and 17:00 on Monday to Friday'],
  ['0 0 * * 7', 'at 00:00 on Sunday'],
  ['0 0 1 * *', 'at 00:00 on the 1st'],
  ['0 12 13 * 5', 'at 12:00 on the 13th and on Friday'],
  ['0 0 29 2 *', 'at 00:00 on the 29th in February'],
  ['0 0 1-3,22,23 1,6-8 *', 'at 00:00 on the 1st to 3rd, 22nd and 23rd in January and June to August'],
  ['* 8-9 * * *', 'every minute in hours 8 and 9'],
  ['*/10 8-17 * * 1-5', 'every 10 minutes in hours 8 to 17 on Monday to Friday'],
  ['7,9 */2 * * *', 'at minute 7 and 9 of hours 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20 and 22'],
  ['  0  4 * * 0-6 ', 'at 04:00 every day'],
  ['0 4 1-31 * 1', 'at 04:00 on Monday'],
];

describe('a cron expression in words', () => {
  for (const [cron, words] of WORDS)
    test(`"${cron}" is ${words}`, () => assert.equal(cronInEnglish(cron), words));

  test('is itself where it is none', () => {
    for (const none of [
      '',
      '* * * *',
      '* * * * * *',
      '60 * * * *',
      '*/0 * * * *',
      'a * * * *',
      '5-3 * * * *',
      '0 0 0 * *',
      '0-70 * * * *',
      '0,61 * * * *',
      '0 24 * * *',
      '0 0 * 13 *',
      '0 0 * * 8',
    ]) {
      assert.equal(cronParts(none), undefined, none);
      assert.equal(cronInEnglish(none), none);
    }
  });
});

const field = (low: number, high: number) => {
  const value = fc.integer({ min: low, max: high });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.integer({ min: 1, max: high }).map((by) => `*/${by}`);
  const one = fc.oneof(value.map(String), range, step, fc.constant('*'));
  return fc.array(one, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(','));
};

test('its parts name the minutes that the scheduler has', async () => {
  const database = await createTestDatabase();
  const client = await openClient(database.connectionString);
  try {
    await fc.assert(
      fc.asyncProperty(
        field(0, 59),
        field(0, 23),
        field(1, 31),
        field(1, 12),
        field(0, 7),
        async (...fields) => {
          const { rows } = await client.query(
            `select howdah.cron_values($1, 0, 59) as minutes, howdah.cron_values($2, 0, 23) as hours,
                  howdah.cron_values($3, 1, 31) as dates, howdah.cron_values($4, 1, 12) as months,
                  howdah.cron_values($5, 0, 6) as weekdays`,
            fields,
          );
          assert.deepEqual(valuesOf(cronParts(fields.join(' ')) ?? []), rows[0]);
        },
      ),
      { numRuns: 300 },
    );
  } finally {
    await client.end();
    await database.drop();
  }
});

const all = (low: number, high: number, step = 1) =>
  Array.from({ length: Math.ceil((high + 1 - low) / step) }, (_, index) => low + index * step);

/** Back from the parts to what each field names. */
function valuesOf(parts: NonNullable<ReturnType<typeof cronParts>>) {
  const values = {
    minutes: all(0, 59),
    hours: all(0, 23),
    dates: all(1, 31),
    months: all(1, 12),
    weekdays: all(0, 6),
  };
  for (const part of parts) {
    const { says, ...told } = part;
    if ('step' in part) values.minutes = all(0, 59, part.step);
    if ('times' in part) {
      const unique = (place: number) => [
        ...new Set(part.times.map((time) => Number(time.split(':')[place]))),
      ];
      values.hours = unique(0);
      values.minutes = unique(1);
    } else Object.assign(values, told, 'step' in told ? { step: undefined } : {});
  }
  const { minutes, hours, dates, months, weekdays } = values;
  return { minutes, hours, dates, months, weekdays };
}
