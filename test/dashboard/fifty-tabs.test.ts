import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { createHttpHandler, type HttpHandler } from '../../src/http.ts';
import { countStatements, type SentStatements } from './count-statements.ts';
import { ADMIN, openDashboard, type TestDashboard } from './open-dashboard.ts';
import { seedJobs } from './seed-jobs.ts';

const TABS = 50;
/** As long as the slowest of the shared readings is kept, so each is read the same number of times. */
const MEASURED_MS = 10_000;
const CHANGE_EVERY_MS = 1_000;
const SHARE = 1.2;
const HEADERS = { Accept: 'text/html', Authorization: `Bearer ${ADMIN}` };

/** What is open, and the database that it asks, with what is sent there counted. */
let dashboard: TestDashboard;
let pool: pg.Pool;
let handler: HttpHandler;
let paths: string[];
let statements: SentStatements;

before(async () => {
  dashboard = await openDashboard();
  pool = new pg.Pool({ connectionString: dashboard.connectionString, max: 20 });
  statements = countStatements(pool);
  handler = createHttpHandler({ pool, basePath: '/', adminToken: ADMIN });
  const { discarded } = await seedJobs(dashboard);
  const [, group] =
    /failures\/([0-9a-f]{16})/.exec(await dashboard.as('admin').page('/dashboard/failures')) ?? [];
  const ofOne = [`jobs/${discarded}`, `failures/${group}`, 'queues/default', 'tasks/works'];
  const all = [
    'queues',
    'failures',
    'workers',
    'jobs',
    'jobs?q=state:discarded',
    'tasks',
    'sources',
    'schedules',
    'audit',
  ];
  paths = ['/dashboard', ...[...all, ...ofOne].map((path) => `/dashboard/${path}`)];
});
after(async () => {
  await handler.close();
  await pool.end();
  await dashboard.close();
});

function ask(path: string, signal: AbortSignal, headers: Record<string, string> = {}): Promise<Response> {
  return handler.fetch(
    new Request(`http://127.0.0.1${path}`, { headers: { ...HEADERS, ...headers }, signal }),
  );
}

/** An open tab as the script has it: it listens, and asks for its page anew when it is told that something changed. */
class Tab {
  drawnCount = 0;
  readonly #path: string;
  readonly #closing: AbortSignal;

  constructor(path: string, closing: AbortSignal) {
    this.#path = path;
    this.#closing = closing;
  }

  async open(): Promise<void> {
    await this.#draw({});
    const { body } = await ask('/dashboard/live', this.#closing);
    assert.ok(body);
    void this.#listen(body.pipeThrough(new TextDecoderStream())).catch((error) =>
      assert.ok(this.#closing.aborted, error),
    );
  }

  async #listen(events: ReadableStream<string>): Promise<void> {
    for await (const text of events)
      if (text.includes('event: changed')) await this.#draw({ 'HX-Request': 'true' });
  }

  async #draw(headers: Record<string, string>): Promise<void> {
    const answer = await ask(this.#path, this.#closing, headers);
    const page = await answer.text();
    assert.equal(answer.status, 200, `${this.#path}: ${page}`);
    this.drawnCount += 1;
  }
}

/** Statements while so many tabs are open and jobs come, and how often the tabs were drawn, on average. */
async function measure(opened: readonly string[]): Promise<{ sent: number; drawn: number }> {
  const closing = new AbortController();
  const tabs = opened.map((path) => new Tab(path, closing.signal));
  await Promise.all(tabs.map((tab) => tab.open()));
  const drawnCount = () => tabs.reduce((sum, tab) => sum + tab.drawnCount, 0) / tabs.length;
  const before = { sent: statements.count, drawn: drawnCount() };
  const endsAt = performance.now() + MEASURED_MS;
  while (performance.now() < endsAt) {
    await dashboard.pool.query(`select howdah.enqueue('works', '{"who": "ada"}')`);
    await delay(CHANGE_EVERY_MS);
  }
  const measured = { sent: statements.count - before.sent, drawn: drawnCount() - before.drawn };
  closing.abort();
  return measured;
}

describe('50 open tabs', () => {
  test('cost the database what one of each page costs, within a fifth', async () => {
    const one = await measure(paths);
    const many = await measure(Array.from({ length: TABS }, (_, n) => paths[n % paths.length] ?? ''));
    assert.ok(one.drawn >= 2 && many.drawn >= 2, `drawn anew ${one.drawn} and ${many.drawn} times`);
    const [ofOne, ofMany] = [one.sent / one.drawn, many.sent / many.drawn];
    assert.ok(
      ofMany <= SHARE * ofOne,
      `${ofOne} statements a change with one tab each, ${ofMany} with ${TABS}`,
    );
  });
});
