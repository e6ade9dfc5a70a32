import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
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

/** A database with schedules, and the workers that serve them. */
class ClockRoom {
  readonly pool: pg.Pool;
  readonly #database: TestDatabase;
  readonly #workers: ChildProcess[] = [];

  private constructor(database: TestDatabase) {
    this.#database = database;
    this.pool = openPool(database.connectionString);
    this.pool.on('error', () => {});
  }

  /** Gone with its test. */
  static async open(t: TestContext): Promise<ClockRoom> {
    const room = new ClockRoom(await createTestDatabase());
    t.after(() => room.#close());
    return room;
  }

  /** @returns its own clock when it was ready */
  async startWorker(aheadMs: number, crontab = '* * * * * ticks'): Promise<Date> {
    const args = ['--import', CLOCK, WORKER, this.#database.connectionString, crontab];
    const env = { ...process.env, CLOCK_AHEAD_MS: String(aheadMs) };
    const worker = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    this.#workers.push(worker);
    let said = '';
    worker.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const [, clock] = await waitFor('the worker', () => /ready (\S+)\n/.exec(said));
    return new Date(clock ?? '');
  }

  /** As if workers had known the entry since then, and marked it as done up to then. */
  async wasKnown(identifier: string, since: string, done: string | null = null): Promise<void> {
    await this.pool.query(
      `insert into graphile_worker._private_known_crontabs (identifier, known_since, last_execution)
       values ($1, now() + $2::interval, date_trunc('minute', now() + $3::interval))`,
      [identifier, since, done],
    );
  }

  /** Minutes of the ticks that were enqueued, as seconds before the database's present minute. */
  async ticks(): Promise<number[]> {
    const { rows } = await this.pool.query(
      `select extract(epoch from date_trunc('minute', now()) - (payload #>> '{_cron,ts}')::timestamptz)::int as ago
       from howdah.jobs where task = 'ticks' order by 1`,
    );
    return rows.map(({ ago }) => ago);
  }

  /** Of minutes before that instant. */
  async countTicksBefore(instant: Date): Promise<number> {
    const { rows } = await this.pool.query(
      `select from howdah.jobs where task = 'ticks' and (payload #>> '{_cron,ts}')::timestamptz < $1`,
      [instant],
    );
    return rows.length;
  }

  /** By the database's clock. */
  async now(): Promise<Date> {
    const { rows } = await this.pool.query('select now()');
    return rows[0].now;
  }

  async isAnythingInTheFuture(): Promise<boolean> {
    const { rows } = await this.pool.query(
      `select exists (select from graphile_worker._private_known_crontabs
                      where last_execution > clock_timestamp() or known_since > clock_timestamp()) as yes`,
    );
    return rows[0].yes;
  }

  async #close(): Promise<void> {
    const workers = this.#workers;
    for (const worker of workers) worker.kill('SIGKILL');
    await Promise.all(workers.map((worker) => worker.exitCode ?? worker.signalCode ?? once(worker, 'exit')));
    await this.pool.end();
    await this.#database.drop();
  }
}

describe('the clocks of workers', { concurrency: true }, () => {
  for (const [words, aheadMs] of [
    ['ten minutes ahead', 10 * MINUTE_MS],
    ['a year ahead', YEAR_MS],
    ['an hour behind', -60 * MINUTE_MS],
  ] as const) {
    test(`a worker whose clock is ${words} enqueues the database’s minutes`, async (t) => {
      const room = await ClockRoom.open(t);
      await room.wasKnown('ticks', '-3 minutes', '-3 minutes');
      const clock = await room.startWorker(aheadMs);
      const skewMs = clock.getTime() - Date.now() - aheadMs;
      assert.ok(Math.abs(skewMs) < MINUTE_MS, 'the clock of the worker is not what it was to be');
      const made = await waitFor('the ticks that were missed', async () => {
        const found = await room.ticks();
        return found.length >= 3 ? found : undefined;
      });
      assert.ok(
        made.every((ago) => ago >= 0 && ago <= 180),
        `enqueued ticks of ${made} s ago`,
      );
      assert.equal(await room.isAnythingInTheFuture(), false);
    });
  }

  test('a tick comes when the database’s minute begins, whatever the worker’s clock says', async (t) => {
    const room = await ClockRoom.open(t);
    await room.startWorker(10 * MINUTE_MS + 31_000);
    const late = await waitFor(
      'the first tick',
      async () => {
        const { rows } = await room.pool.query(
          `select extract(epoch from created_at - (payload #>> '{_cron,ts}')::timestamptz)::float8 as late
         from howdah.jobs where task = 'ticks'`,
        );
        return rows.length > 0 ? rows : undefined;
      },
      90_000,
    );
    assert.ok(late[0].late >= 0 && late[0].late < 15, `it came ${late[0].late} s after its minute began`);
  });

  test('an entry marked as done in the future is brought back, doubles nothing, and goes on with the next minute', async (t) => {
    const room = await ClockRoom.open(t);
    await room.wasKnown('ticks', '1 year', '1 year');
    await room.wasKnown('other', '-1 day', '10 minutes');
    const began = await room.now();
    await room.startWorker(0, '* * * * * ticks\n* * * * * ticks ?id=other');
    await waitFor('both to be brought back', async () => !(await room.isAnythingInTheFuture()));
    await waitFor('the next minute', async () => (await room.ticks()).length >= 2, 90_000);
    assert.equal(await room.countTicksBefore(began), 0);
  });

  test('a minute of the future is left alone, for two servers’ clocks may differ by that', async (t) => {
    const room = await ClockRoom.open(t);
    await room.wasKnown('ticks', '-1 day', '1 minute');
    const entry = {
      identifier: 'ticks',
      task: 'ticks',
      cron: '* * * * *',
      fill_ms: 600_000,
      max_attempts: 1,
    };
    const { rows } = await room.pool.query('select * from howdah.run_schedule($1, $2)', [
      'default',
      JSON.stringify(entry),
    ]);
    assert.deepEqual(rows[0], { enqueued: 0, is_busy: false, ahead_until: null });
  });
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
