/** A new queue that cannot be made, as somebody's transaction is in the way, does not keep a worker from its other queues. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import pg from 'pg';
import { type Bank, openBank } from '../integration/bank.ts';
import { type OpenServiceOptions, openService } from '../integration/open-service.ts';
import { waitFor } from '../support/wait-for.ts';

/** Reading goes on, registering a queue does not; as with a dump on Postgres 15, which keeps the views. */
const HOLD = 'begin; lock table howdah.queue_registry in share mode';

let stack: AsyncDisposableStack;
let bank: Bank;
/** Somebody else's session. */
let holder: pg.Client;
let holderPid: number;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  bank = await openBank(stack);
  const { connectionString } = bank.database;
  holder = new pg.Client({ connectionString, application_name: 'nightly dump' });
  holder.on('error', () => {});
  await holder.connect();
  stack.defer(() => holder.end());
  holderPid = (await holder.query('select pg_backend_pid() as pid')).rows[0].pid;
});

afterEach(() => stack.disposeAsync());

const open = (queues: string, env: Record<string, string> = {}, role: OpenServiceOptions['role'] = 'all') =>
  openService(stack, { bank, role, env: { QUEUES: queues, ...env } });

async function readiness(url: string) {
  const response = await fetch(`${url}/readyz`);
  const { checks } = (await response.json()) as { checks: Record<string, { ok: boolean; detail?: string }> };
  return { status: response.status, runners: checks['runners'] };
}

async function enqueue(queue: string): Promise<string> {
  const { rows } = await bank.pool.query(
    `select howdah.enqueue('send_welcome_email', '{"user_account": "nobody"}', queue => $1) as id`,
    [queue],
  );
  return rows[0].id;
}

const isTaken = async (id: string) => (await bank.job(id)).attempt > 0;

test('the others are served at once, all that look hear for whom it waits, and it is served once it is made', async () => {
  await holder.query(HOLD);
  const { url, logLines } = await open('critical:5,default:5,brandnew:5');
  const job = await enqueue('default');
  await waitFor('a job of the queue that is there to run', () => isTaken(job));
  const { status, runners } = await readiness(url);
  assert.equal(status, 200);
  assert.match(
    runners?.detail ?? '',
    new RegExp(`^brandnew is not served yet: .*the lock is held by pid ${holderPid} \\(user .*nightly dump`),
  );
  const told = new RegExp(
    `waiting to make the queue brandnew: the lock is held by pid ${holderPid} .*at most 10 min`,
  );
  await waitFor('the log to say so', () => logLines.some((line) => told.test(line)));
  await holder.query('rollback');
  await waitFor('it to be made', async () => (await readiness(url)).runners?.detail === undefined);
  const [first, second] = [await enqueue('brandnew'), await enqueue('brandnew')];
  for (const id of [first, second]) await waitFor('a job of the new queue to run', () => isTaken(id));
  const { rows } = await bank.pool.query('select queue from howdah.workers order by queue');
  assert.deepEqual(
    rows.map(({ queue }) => queue),
    ['brandnew', 'critical', 'default'],
  );
});

test('a worker that is told to stop while it waits does so', async () => {
  await holder.query(HOLD);
  const { url } = await open('default:5,brandnew:5');
  await waitFor('it to wait', async () =>
    /at most 10 min/.test((await readiness(url)).runners?.detail ?? ''),
  );
  const begun = performance.now();
  await stack.disposeAsync();
  assert.ok(performance.now() - begun < 15_000);
});

test('a worker that would have nothing else to do, and an API, wait', async () => {
  await holder.query(HOLD);
  const env = { MIGRATE_TIMEOUT: '3s' };
  const message = /^gave up waiting to make the queue brandnew after \d+ s: the lock is held by pid /;
  await assert.rejects(open('brandnew:5', env), { name: 'StartupError', message });
  await assert.rejects(open('default:5,brandnew:5', env, 'api'), { name: 'StartupError', message });
});

test('so does one whose functions are to be replaced', async () => {
  await bank.pool.query('delete from howdah.installed_sql');
  await holder.query(HOLD);
  await assert.rejects(open('default:5,brandnew:5', { MIGRATE_TIMEOUT: '3s' }), {
    name: 'StartupError',
    message: /^gave up waiting to install Howdah’s views/,
  });
});
