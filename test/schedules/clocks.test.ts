import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { judgeSchedule } from '../../src/cli/doctor/check-schedules.ts';
import { openPool } from '../support/open-pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';

const WORKER = fileURLToPath(new URL('../support/ticking-worker.ts', import.meta.url));
const CLOCK = new URL('../support/wrong-clock.ts', import.meta.url).href;
const MINUTE_MS = 60_000;
const YEAR_MS = 365 * 86_400_000;

let database: TestDatabase;
let pool: pg.Pool;
let workers: ChildProcess[];

beforeEach(async () => {
  database = await createTestDatabase();
  pool = openPool(database.connectionString);
  pool.on('error', () => {});
  workers = [];
});

afterEach(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await Promise.all(workers.map((worker) => worker.exitCode ?? worker.signalCode ?? once(worker, 'exit')));
  await pool.end();
  await database.drop();
});

/** @returns its own clock when it was ready */
async function startWorker(aheadMs: number, crontab = '* * * * * ticks'): Promise<Date> {
  const args = ['--import', CLOCK, WORKER, database.connectionString, crontab];
  const env = { ...process.env, CLOCK_AHEAD_MS: String(aheadMs) };
  const worker = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  workers.push(worker);
  let said = '';
  worker.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [, clock] = await waitFor('the worker', () => /ready (\S+)\n/.exec(said));
  return new Date(clock ?? '');
}

/** As if workers had known the entry since then, and marked it as done up to then. */
async function wasKnown(identifier: string, since: string, done: string | null = null): Promise<void> {
  await pool.query(
    `insert into graphile_worker._private_known_crontabs (identifier, known_since, last_execution)
     values ($1, now() + $2::interval, date_trunc('minute', now() + $3::interval))`,
    [identifier, since, done],
  );
}

/** Minutes of the ticks that were enqueued, as seconds before the database's present minute. */
async function ticks(): Promise<number[]> {
  const { rows } = await pool.query(
    `select extract(epoch from date_trunc('minute', now()) - (payload #>> '{_cron,ts}')::timestamptz)::int as ago
     from howdah.jobs where task = 'ticks' order by 1`,
  );
  return rows.map(({ ago }) => ago);
}

async function isAnythingInTheFuture(): Promise<boolean> {
  const { rows } = await pool.query(
    `select exists (select from graphile_worker._private_known_crontabs
                    where last_execution > clock_timestamp() or known_since > clock_timestamp()) as yes`,
  );
  return rows[0].yes;
}

for (const [words, aheadMs] of [
  ['ten minutes ahead', 10 * MINUTE_MS],
  ['a year ahead', YEAR_MS],
  ['an hour behind', -60 * MINUTE_MS],
] as const) {
  test(`a worker whose clock is ${words} enqueues the database’s minutes`, async () => {
    await wasKnown('ticks', '-3 minutes', '-3 minutes');
    const clock = await startWorker(aheadMs);
    const skewMs = clock.getTime() - Date.now() - aheadMs;
    assert.ok(Math.abs(skewMs) < MINUTE_MS, 'the clock of the worker is not what it was to be');
    const made = await waitFor('the ticks that were missed', async () => {
      const found = await ticks();
      return found.length >= 3 ? found : undefined;
    });
    assert.ok(
      made.every((ago) => ago >= 0 && ago <= 180),
      `enqueued ticks of ${made} s ago`,
    );
    assert.equal(await isAnythingInTheFuture(), false);
  });
}

test('a tick comes when the database’s minute begins, whatever the worker’s clock says', async () => {
  await startWorker(10 * MINUTE_MS + 31_000);
  const late = await waitFor(
    'the first tick',
    async () => {
      const { rows } = await pool.query(
        `select extract(epoch from created_at - (payload #>> '{_cron,ts}')::timestamptz)::float8 as late
         from howdah.jobs where task = 'ticks'`,
      );
      return rows.length > 0 ? rows : undefined;
    },
    90_000,
  );
  assert.ok(late[0].late >= 0 && late[0].late < 15, `it came ${late[0].late} s after its minute began`);
});

test('an entry marked as done in the future is brought back, doubles nothing, and goes on with the next minute', async () => {
  await wasKnown('ticks', '1 year', '1 year');
  await wasKnown('other', '-1 day', '10 minutes');
  await startWorker(0, '* * * * * ticks\n* * * * * ticks ?id=other');
  await waitFor('both to be brought back', async () => !(await isAnythingInTheFuture()));
  const before = (await ticks()).length;
  await waitFor('the next minute', async () => (await ticks()).length >= before + 2, 90_000);
  assert.equal(before, 0);
});

test('a minute of the future is left alone, for two servers’ clocks may differ by that', async () => {
  await wasKnown('ticks', '-1 day', '1 minute');
  const entry = { identifier: 'ticks', task: 'ticks', cron: '* * * * *', fill_ms: 600_000, max_attempts: 1 };
  const { rows } = await pool.query('select * from howdah.run_schedule($1, $2)', [
    'default',
    JSON.stringify(entry),
  ]);
  assert.deepEqual(rows[0], { enqueued: 0, is_busy: false, ahead_until: null });
});

test('doctor names an entry of the future and one that fails, and is silent about others', () => {
  const fine = { identifier: 'a', queue: 'q', lastError: null, aheadSeconds: null };
  assert.deepEqual(judgeSchedule(fine), []);
  assert.match(
    judgeSchedule({ ...fine, aheadSeconds: 600.2 })[0]?.what ?? '',
    /"a" of queue "q" .* 600 s ahead/,
  );
  assert.match(judgeSchedule({ ...fine, lastError: 'no' })[0]?.what ?? '', /cannot enqueue its job: no/);
});
