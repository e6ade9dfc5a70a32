import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { parseCronItem } from 'graphile-worker';
import type pg from 'pg';
import { openClient } from '../support/open-client.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let client: pg.Client;

before(async () => {
  database = await createTestDatabase();
  client = await openClient(database.connectionString);
});

after(async () => {
  await client.end();
  await database.drop();
});

async function nextRun(cron: string, from: string): Promise<string | undefined> {
  const { rows } = await client.query<{ next: Date | null }>('select howdah.next_cron_run($1, $2) as next', [
    cron,
    from,
  ]);
  return rows[0]?.next?.toISOString();
}

const CASES = [
  ['* * * * *', '2026-03-01T10:00:00Z', '2026-03-01T10:01:00.000Z'],
  ['* * * * *', '2026-03-01T10:00:59.999Z', '2026-03-01T10:01:00.000Z'],
  ['17 * * * *', '2026-12-31T23:17:00Z', '2027-01-01T00:17:00.000Z'],
  ['*/25 8-9 * * *', '2026-03-01T08:50:00Z', '2026-03-01T09:00:00.000Z'],
  ['0 0 29 2 *', '2026-03-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['0 0 30 2 *', '2026-03-01T00:00:00Z', undefined],
  ['30 4 * * 7', '2026-03-02T00:00:00Z', '2026-03-08T04:30:00.000Z'],
  ['0 12 13 * 5', '2026-03-01T00:00:00Z', '2026-03-06T12:00:00.000Z'],
  ['0 12 13 * 5', '2026-03-07T00:00:00Z', '2026-03-13T12:00:00.000Z'],
] as const;

for (const [cron, from, expected] of CASES) {
  test(`"${cron}" after ${from} is due at ${expected ?? 'no time'}`, async () => {
    assert.equal(await nextRun(cron, from), expected);
  });
}

async function nextRuns(cron: string, from: string, runs: number): Promise<string[]> {
  const { rows } = await client.query<{ at: Date }>(
    'select r as at from howdah.next_cron_runs($1, $2, $3) r',
    [cron, from, runs],
  );
  return rows.map(({ at }) => at.toISOString());
}

test('several runs are those that would be found one by one, in order', async () => {
  for (const cron of [
    '* * * * *',
    '*/25 8-9 * * *',
    '0 0 29 2 *',
    '0 12 13 * 5',
    '59 23 31 12 *',
    '0 0 30 2 *',
  ]) {
    const expected: string[] = [];
    for (let from = '2026-03-01T09:49:00Z', i = 0; i < 7; i += 1) {
      const next = await nextRun(cron, from);
      if (next === undefined || next > '2034-03-01') break; // beyond eight years of the first
      expected.push(next);
      from = next;
    }
    assert.deepEqual(await nextRuns(cron, '2026-03-01T09:49:00Z', 7), expected, cron);
  }
  await assert.rejects(nextRuns('* * * * *', '2026-03-01T10:00:00Z', 0), { code: 'HWOPT' });
});

test('does not depend on the session’s time zone', async () => {
  await client.query("set timezone = 'Asia/Kathmandu'");
  assert.equal(await nextRun('0 0 * * *', '2026-03-01T10:00:00Z'), '2026-03-02T00:00:00.000Z');
  await client.query('reset timezone');
});

const field = (low: number, high: number) => {
  const value = fc.integer({ min: low, max: high });
  const range = fc
    .tuple(value, value)
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.integer({ min: 1, max: high }).map((by) => `*/${by}`);
  const part = fc.oneof(value.map(String), range, step);
  return fc.oneof(
    fc.constant('*'),
    fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(',')),
  );
};

test('agrees with the engine on which minute is next, whatever the expression', async () => {
  const cron = fc
    .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 7))
    .map((fields) => fields.join(' '));
  const instant = fc.date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
  await fc.assert(
    fc.asyncProperty(cron, instant, async (expression, from) => {
      const next = await nextRun(expression, from.toISOString());
      assert.equal(
        next,
        nextByEngine(expression, from)?.toISOString(),
        `${expression} after ${from.toISOString()}`,
      );
    }),
    { numRuns: 100 },
  );
});

/** Minute by minute, as the engine's own clock goes; by days where none of the day's minutes can match. */
function nextByEngine(expression: string, from: Date): Date | undefined {
  const { match } = parseCronItem({ task: 'any', match: expression });
  const [, , dates, months, weekdays] = expression.split(' ');
  const { match: matchDay } = parseCronItem({ task: 'any', match: `* * ${dates} ${months} ${weekdays}` });
  const at = new Date(Math.floor(from.getTime() / 60_000) * 60_000 + 60_000);
  const end = from.getTime() + 8 * 365 * 86_400_000;
  while (at.getTime() < end) {
    if (match(digest(at))) return at;
    if (matchDay(digest(at))) at.setUTCMinutes(at.getUTCMinutes() + 1);
    else at.setUTCHours(24, 0, 0, 0);
  }
  return undefined;
}

function digest(at: Date) {
  return {
    min: at.getUTCMinutes(),
    hour: at.getUTCHours(),
    date: at.getUTCDate(),
    month: at.getUTCMonth() + 1,
    dow: at.getUTCDay(),
  };
}
