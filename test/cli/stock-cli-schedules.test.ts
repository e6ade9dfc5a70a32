import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { upkeepKinds } from '../../src/work/upkeep/upkeep-kinds.ts';
import { type Customers, openCustomers } from '../bank/users/open-customers.ts';
import { type StockCli, startStockCli } from '../support/stock-cli.ts';
import { waitFor } from '../support/wait-for.ts';

let customers: Customers;
let stack: AsyncDisposableStack;

beforeEach(async () => {
  customers = await openCustomers();
  stack = new AsyncDisposableStack();
  stack.defer(() => customers.drop());
  await customers.rows(
    `insert into graphile_worker._private_known_crontabs (identifier, known_since)
     values ('delete_expired_verifications', now() - interval '62 minutes')`,
  );
});

afterEach(() => stack.disposeAsync());

function start(args: string[], env = {}): StockCli {
  return startStockCli({ args, databaseUrl: customers.connectionString, env }, stack);
}

async function lastRuns(schema: string): Promise<Record<string, unknown>[]> {
  return customers.rows(
    `select identifier, last_execution <= now() and last_execution > now() - interval '61 minutes' as is_now
     from ${schema}._private_known_crontabs where last_execution is not null`,
  );
}

test('the stock command line enqueues its queue’s schedules by the database’s clock, and no others, and does upkeep', async () => {
  const wrongClock = new URL('../support/wrong-clock.ts', import.meta.url).href;
  const env = { NODE_OPTIONS: `--import ${wrongClock}`, CLOCK_AHEAD_MS: String(10 * 60_000) };
  start(['--schema', 'graphile_worker'], env);
  start(['--schema', 'graphile_worker_critical'], env);
  const [row] = await waitFor('a tick', async () => {
    const rows = await lastRuns('graphile_worker');
    return rows.length > 0 ? rows : undefined;
  });
  assert.deepEqual(row, { identifier: 'delete_expired_verifications', is_now: true });
  await waitFor('both in the register', async () => {
    return (await customers.rows('select from howdah.workers')).length === 2;
  });
  assert.deepEqual(await lastRuns('graphile_worker_critical'), []);
  await waitFor('all upkeep', async () => {
    const rows = await customers.rows('select from howdah.upkeep where last_succeeded_at is not null');
    return rows.length === upkeepKinds().length;
  });
});

test('with --once it runs what there is and enqueues nothing', async () => {
  const cli = start(['--schema', 'graphile_worker', '--once']);
  assert.equal(await cli.exited, 0, cli.output());
  assert.deepEqual(await lastRuns('graphile_worker'), []);
  assert.deepEqual(await customers.rows('select from howdah.upkeep'), []);
});
