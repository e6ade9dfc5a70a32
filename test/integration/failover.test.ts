import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { parseDatabaseAddress } from '../../src/config/database/database-address.ts';
import { forgetHost } from '../../src/db/connections/choose-host.ts';
import { createClient, createPool } from '../../src/db/connections/connection.ts';
import { openSession } from '../../src/db/connections/session.ts';
import { type OwnServer, startOwnServer, startStandby } from '../support/own-server.ts';
import { startScriptedSmtpServer } from '../support/smtp-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { signUp } from './bank.ts';
import { startServiceProcess, untilUp } from './service-process.ts';

let stack: AsyncDisposableStack;
let one: OwnServer;
let two: OwnServer;

before(async () => {
  stack = new AsyncDisposableStack();
  one = await startOwnServer(stack);
  two = await startStandby(stack, one);
});

after(() => stack.disposeAsync());

/** Both servers, the standby first. */
function both(): string {
  const url = new URL(two.url);
  return `postgres://${url.username}:${url.password}@127.0.0.1:${two.port},127.0.0.1:${one.port}/postgres`;
}

const named = { applicationName: 'howdah' };

test('of several servers the one that takes changes is found, whatever their order', async () => {
  const pool = createPool({ connectionString: both(), ...named });
  await pool.query('create table if not exists written (at timestamptz)');
  const { rows } = await pool.query('select inet_server_port() as port');
  assert.deepEqual(rows, [{ port: one.port }]);
  await pool.end();
});

test('a session with a socket of its own finds it too, though nobody has found it before', async () => {
  forgetHost(parseDatabaseAddress(both()));
  const session = await openSession({ connectionString: both(), ...named, connectTimeoutMs: 10_000 });
  const { rows } = await session.query('select inet_server_port() as port');
  assert.deepEqual(rows, [{ port: one.port }]);
  await session.end();
});

test('a single server that takes no changes is refused where the address asks for one that does', async () => {
  const client = createClient({
    connectionString: `${two.url}?target_session_attrs=read-write`,
    ...named,
  });
  await assert.rejects(client.connect(), {
    code: '25006',
    message: `127.0.0.1:${two.port} is a standby and takes no changes`,
  });
});

test('a server that does not answer holds nobody up', async () => {
  const held: Socket[] = [];
  const blackHole = createServer((socket) => void held.push(socket)).listen(0, '127.0.0.1');
  await once(blackHole, 'listening');
  const { port } = blackHole.address() as AddressInfo;
  const { username, password } = new URL(one.url);
  const client = createClient(
    {
      connectionString: `postgres://${username}:${password}@127.0.0.1:${port},127.0.0.1:${one.port}/postgres`,
      ...named,
    },
    { connectionTimeoutMillis: 60_000 },
  );
  await client.connect();
  const { rows } = await client.query('select inet_server_port() as port');
  assert.deepEqual(rows, [{ port: one.port }]);
  await client.end();
  for (const socket of held) socket.destroy();
  blackHole.close();
});

test('none of several servers that takes changes is named with its reason', async () => {
  const { username, password } = new URL(two.url);
  const client = createClient({
    connectionString: `postgres://${username}:${password}@127.0.0.1:1,127.0.0.1:${two.port}/postgres`,
    ...named,
  });
  await assert.rejects(client.connect(), {
    message:
      'none of these servers takes changes: 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1; ' +
      `127.0.0.1:${two.port}: 127.0.0.1:${two.port} is a standby and takes no changes`,
  });
});

test('a connection that met a read-only server is not used again', async () => {
  const pool = createPool({ connectionString: two.url, ...named });
  await assert.rejects(pool.query('create table never (n integer)'), { code: '25006' });
  await waitFor('the connection to be gone', () => pool.totalCount === 0);
  await pool.query('select 1');
  assert.equal(pool.totalCount, 1);
  await pool.end();
});

test('a service goes on with the standby that takes over, without a restart', async () => {
  const smtp = await startScriptedSmtpServer();
  stack.defer(() => smtp.stop());
  const service = startServiceProcess({ env: { DATABASE_URL: both(), SMTP_URL: smtp.url } }, stack);
  const url = await untilUp(service);
  assert.equal((await signUp(url, 'before')).status, 202);
  await mailedTo(smtp, 'before');
  await waitFor('the standby to have it all', hasCaughtUp);

  await one.end('SIGQUIT');
  assert.notEqual((await signUp(url, 'meanwhile')).status, 202);
  await two.query('select pg_promote()');

  await waitFor(
    'a sign-up on the new server',
    async () => (await signUp(url, 'afterwards')).status === 202,
    60_000,
  );
  await mailedTo(smtp, 'afterwards');
  assert.equal(service.hasEnded(), false);
  const ready = await waitFor(
    'the service to be ready',
    async () => (await fetch(`${url}/readyz`)).ok,
    60_000,
  );
  assert.ok(ready);
});

async function hasCaughtUp(): Promise<boolean> {
  const [primary] = await one.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn');
  const [standby] = await two.query<{ has: boolean }>(
    `select pg_last_wal_replay_lsn() >= '${primary?.lsn}' as has`,
  );
  return standby?.has ?? false;
}

/** Both mails of a sign-up. */
function mailedTo(smtp: Awaited<ReturnType<typeof startScriptedSmtpServer>>, account: string) {
  const isTo = ({ to }: { to: string[] }) => to.some((address) => address.startsWith(`${account}@`));
  return waitFor(`the mails to ${account}`, () => smtp.accepted.filter(isTo).length >= 2, 60_000);
}
