import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { describe, test } from 'node:test';
import { startMessageProxy } from '../support/message-proxy.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';
import { openBank, signUpJobs } from './bank.ts';
import { openService } from './open-service.ts';

interface Answer {
  status: number;
  checks: Record<string, { ok: boolean; detail?: string }>;
}

async function ready(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${url}/readyz`, { headers });
  const { checks } = (await response.json()) as Pick<Answer, 'checks'>;
  return { status: response.status, checks };
}

/** On a connection of its own. */
async function statusOf(url: string, agent: Agent): Promise<number | undefined> {
  const [answer] = (await once(get(url, { agent }), 'response')) as [IncomingMessage];
  await once(answer.resume(), 'end');
  return answer.statusCode;
}

async function enqueueUnique(url: string): Promise<number> {
  const headers = { Authorization: 'Bearer the-operator-for-tests', 'Content-Type': 'application/json' };
  const body = { task: 'send_welcome_email', payload: { user_account: 'ada' }, unique_key: 'k' };
  const response = await fetch(`${url}/v1/jobs`, { method: 'POST', headers, body: JSON.stringify(body) });
  await response.arrayBuffer();
  return response.status;
}

function untilReady(url: string, isWanted: (answer: Answer) => boolean): Promise<Answer> {
  return waitFor('another readiness', async () => {
    const answer = await ready(url);
    return isWanted(answer) ? answer : undefined;
  });
}

describe('readiness tells the truth', () => {
  test('while the database cannot be reached, and when it is back', async () => {
    await using stack = new AsyncDisposableStack();
    const bank = await openBank(stack);
    const proxy = await startTcpProxy(bank.database.connectionString);
    stack.defer(() => proxy.stop());
    const { url } = await openService(stack, { env: { DATABASE_URL: proxy.url } });
    assert.equal((await ready(url)).status, 200);

    proxy.block();
    const { checks } = await untilReady(url, ({ status }) => status === 503);
    assert.equal(checks['database']?.ok, false);
    assert.match(checks['database']?.detail ?? '', /no answer from the database within 900 ms/);
    await untilReady(url, ({ checks }) => checks['runners']?.ok === false);
    const stranger = await ready(url, { 'X-Forwarded-For': '192.0.2.1' });
    assert.deepEqual(stranger.checks['database'], { ok: false });

    proxy.unblock();
    await untilReady(url, ({ status }) => status === 200);
    const { welcome } = await signUpJobs(url, 'ada');
    await bank.untilState(welcome, 'completed');
  });

  test('while requests that meet a lock have all connections, and soon after it is free', async () => {
    await using stack = new AsyncDisposableStack();
    const { url, pool } = await openService(stack, { env: { REQUEST_TIMEOUT: '4s' } });
    const holder = await pool.connect();
    stack.defer(() => holder.release(true));
    await holder.query('begin');
    await holder.query(
      `select howdah.enqueue('send_welcome_email', '{"user_account": "ada"}', unique_key => 'k')`,
    );
    let isOn = true;
    stack.defer(() => {
      isOn = false;
    });
    const clients = Promise.all(
      Array.from({ length: 40 }, async () => {
        while (isOn) await enqueueUnique(url);
      }),
    );
    clients.catch(() => {}); // told of below, unless the test has failed before
    // Where the holder's lock takes no time, it may first be a worker that is not ready yet.
    const { status } = await untilReady(url, ({ checks }) =>
      /no answer from the database within 900 ms/.test(checks['database']?.detail ?? ''),
    );
    assert.equal(status, 503);
    await holder.query('rollback');
    await untilReady(url, ({ status }) => status === 200);
    isOn = false;
    await clients;
    assert.ok([201, 409].includes(await enqueueUnique(url)));
  });

  test('to six hundred connections at a time', async () => {
    await using stack = new AsyncDisposableStack();
    const bank = await openBank(stack);
    const proxy = await startMessageProxy(bank.database.connectionString, {});
    stack.defer(() => proxy.stop());
    const { url } = await openService(stack, { bank, role: 'api', env: { DATABASE_URL: proxy.url } });
    const before = proxy.roundTripCount();
    const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
    stack.defer(() => agent.destroy());
    const statuses = await Promise.all(Array.from({ length: 600 }, () => statusOf(`${url}/readyz`, agent)));
    assert.deepEqual([...new Set(statuses)], [200]);
    const looks = proxy.roundTripCount() - before;
    assert.ok(looks < 100, `${looks} round trips to the database`);
  });

  test('about a database that is older than the service', async () => {
    await using stack = new AsyncDisposableStack();
    const { url, pool } = await openService(stack);
    await pool.query(
      "delete from howdah.migrations where name = (select max(name) from howdah.migrations where application = '')",
    );
    const { status, checks } = await ready(url);
    assert.equal(status, 503);
    assert.match(checks['database']?.detail ?? '', /npx howdah migrate/);
  });

  test('about jobs that nobody takes', async () => {
    await using stack = new AsyncDisposableStack();
    const { url, pool } = await openService(stack);
    // As if the engine had stopped looking: no fetch gets a row.
    await pool.query(
      `create function public.nothing() returns trigger language plpgsql as 'begin return null; end';
       create trigger a_nothing before update on graphile_worker._private_jobs for each row
       when (old.locked_at is null and new.locked_at is not null) execute function public.nothing()`,
    );
    await pool.query(
      `select howdah.enqueue('send_welcome_email', '{"user_account": "ada"}', run_at => now() - interval '2 minutes')`,
    );
    const { status, checks } = await ready(url);
    assert.equal(status, 503);
    assert.match(checks['queues']?.detail ?? '', /more than 60 s in default/);
  });
});
