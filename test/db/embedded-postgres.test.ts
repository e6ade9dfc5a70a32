import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chown, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { chooseAccount } from '../../src/db/embedded/account.ts';
import { type EmbeddedPostgresOptions, startEmbeddedPostgres } from '../../src/db/embedded/postgres.ts';
import { startMark } from '../../src/db/embedded/process.ts';
import { createEmbeddedFolder, serverPid } from '../support/embedded-folder.ts';
import { startEmbeddedService } from '../support/embedded-service-process.ts';
import { waitFor } from '../support/wait-for.ts';

const shared = new AsyncDisposableStack();
let stoppedOnce: string;

before(async () => {
  stoppedOnce = await createEmbeddedFolder(shared);
  await (await startEmbeddedPostgres({ dataDir: stoppedOnce, durability: 'none' })).stop();
});

after(() => shared.disposeAsync());

describe('the embedded Postgres', () => {
  test('keeps its data, port and password from one start to the next', async () => {
    await using stack = new AsyncDisposableStack();
    const dataDir = await createEmbeddedFolder(stack);
    const first = await start(dataDir, stack);
    await query(first.connectionString, "create table kept as select 'elephant' as name");
    await first.stop();
    const second = await start(dataDir, stack);
    assert.equal(second.connectionString, first.connectionString);
    assert.equal(second.connectionString.includes(`@127.0.0.1:${second.port}/howdah`), true);
    assert.deepEqual(await query(second.connectionString, 'select name from kept'), [{ name: 'elephant' }]);
  });

  test('is durable, in UTC and reachable from this machine with its password only', async () => {
    await using stack = new AsyncDisposableStack();
    const dataDir = await createUsedFolder(stack);
    const { connectionString } = await start(dataDir, stack, { durability: 'full' });
    const names = ['listen_addresses', 'unix_socket_directories', 'fsync', 'synchronous_commit', 'TimeZone'];
    const settings = await query(
      connectionString,
      `select array_agg(current_setting(name)) as values from unnest('{${names}}'::text[]) as name`,
    );
    assert.deepEqual(settings, [{ values: ['127.0.0.1', '', 'on', 'on', 'UTC'] }]);
    const [owner] = await query(
      connectionString,
      'select pg_get_userbyid(datdba) as owner from pg_database where datname = current_database()',
    );
    assert.deepEqual(owner, { owner: 'howdah' });
    const wrong = new URL(connectionString);
    wrong.password = 'guess';
    await assert.rejects(query(wrong.href, 'select 1'), { code: '28P01' });
    assert.equal((await stat(join(dataDir, 'postgres.json'))).mode & 0o777, 0o600);
  });

  test('has what somebody makes without a schema land in public, beside a Howdah', async () => {
    await using stack = new AsyncDisposableStack();
    const { connectionString } = await start(await createUsedFolder(stack), stack);
    await query(connectionString, 'create schema if not exists howdah');
    assert.deepEqual(await query(connectionString, 'select current_schema() as name'), [{ name: 'public' }]);
  });

  test('gives up durability when told to', async () => {
    await using stack = new AsyncDisposableStack();
    const { connectionString } = await start(await createUsedFolder(stack), stack, {
      durability: 'none',
    });
    assert.deepEqual(await query(connectionString, 'show fsync'), [{ fsync: 'off' }]);
  });

  test('refuses a second service on its folder, whose server goes on', async () => {
    await using stack = new AsyncDisposableStack();
    const dataDir = await createUsedFolder(stack);
    const first = await start(dataDir, stack);
    const second = await startEmbeddedService(dataDir, stack);
    assert.deepEqual(second.lines(), [
      `failed Another Howdah (pid ${process.pid}) is using ${dataDir}; stop it, or set DATA_DIR to another folder`,
    ]);
    await assert.rejects(startEmbeddedPostgres({ dataDir }), /Another Howdah/);
    await query(first.connectionString, 'select 1');
  });

  test('refuses the data of another major version, and leaves them as they are', async () => {
    await using stack = new AsyncDisposableStack();
    const dataDir = await createEmbeddedFolder(stack);
    const data = join(dataDir, 'postgres');
    await mkdir(data);
    await writeFile(join(data, 'PG_VERSION'), '17\n');
    const account = await chooseAccount();
    if (account) await chown(data, account.uid, account.gid);
    await assert.rejects(startEmbeddedPostgres({ dataDir }), {
      name: 'EmbeddedPostgresError',
      message: /postgres is of Postgres 17, and the embedded one is 18; set DATA_DIR to another folder, or/,
    });
    assert.deepEqual(await readdir(data), ['PG_VERSION']);
  });

  test('starts for one of two services that start first at once', async () => {
    await using stack = new AsyncDisposableStack();
    const dataDir = await createEmbeddedFolder(stack);
    const services = await Promise.all([1, 2].map(() => startEmbeddedService(dataDir, stack)));
    const outcomes = services.map((service) => service.lines()[0]?.split(' ')[0]).sort();
    assert.deepEqual(outcomes, ['failed', 'started']);
  });

  test('starts again after its server was killed', async () => {
    await using stack = new AsyncDisposableStack();
    const dataDir = await createUsedFolder(stack);
    const first = await start(dataDir, stack, { durability: 'full' });
    await query(first.connectionString, 'create table kept as select 1 as id');
    await kill(dataDir);
    await first.stop();
    await first.stop();
    const second = await start(dataDir, stack);
    assert.deepEqual(await query(second.connectionString, 'select id from kept'), [{ id: 1 }]);
    assert.equal(second.port, first.port);
  });

  test('starts again while a session of the killed server is still at work', async () => {
    await using stack = new AsyncDisposableStack();
    const dataDir = await createUsedFolder(stack);
    const first = await start(dataDir, stack);
    const busy = new pg.Client({ connectionString: first.connectionString });
    busy.on('error', () => {});
    await busy.connect();
    // Plain computing does not notice that the server is gone.
    const work = busy.query("select count(*) from generate_series(1, 3000000) as n where md5(n::text) = ''");
    await kill(dataDir);
    const [second] = await Promise.all([
      first.stop().then(() => start(dataDir, stack)),
      work.catch(() => {}),
    ]);
    await query(second.connectionString, 'select 1');
  });

  test('ends the server that a killed service left running', async () => {
    await using stack = new AsyncDisposableStack();
    const dataDir = await createUsedFolder(stack);
    const service = await startEmbeddedService(dataDir, stack);
    const connectionString = service.lines()[0]?.replace('started ', '') ?? '';
    await query(connectionString, 'create table kept as select 1 as id');
    const orphan = (await serverPid(dataDir)) ?? 0;
    process.kill(service.pid, 'SIGKILL');
    await service.exited;
    assert.ok(await startMark(orphan), 'the server outlives a killed service');
    const messages: string[] = [];
    const second = await start(dataDir, stack, { log: (message) => messages.push(message) });
    assert.equal(await startMark(orphan), undefined);
    assert.match(messages.join(), new RegExp(`left running \\(pid ${orphan}\\)`));
    assert.equal(second.connectionString, connectionString);
    assert.deepEqual(await query(second.connectionString, 'select id from kept'), [{ id: 1 }]);
  });

  test('starts over a postmaster.pid that names another living program, and leaves that alone', async () => {
    await using stack = new AsyncDisposableStack();
    const dataDir = await createUsedFolder(stack);
    const first = await start(dataDir, stack);
    const pidFile = join(dataDir, 'postgres', 'postmaster.pid');
    // Of the server's own user, and named like a server: Postgres itself would take it for one.
    const account = await chooseAccount();
    const bystander = spawn('sleep', ['60'], { ...account, argv0: 'postgres', stdio: 'ignore' });
    stack.defer(() => void bystander.kill('SIGKILL'));
    await kill(dataDir);
    await first.stop();
    await writeFile(pidFile, (await readFile(pidFile, 'utf8')).replace(/^\d+/, String(bystander.pid)));
    const second = await start(dataDir, stack);
    await query(second.connectionString, 'select 1');
    assert.ok(await startMark(bystander.pid ?? 0));
  });

  test('chooses another port when somebody else has its own, and remembers that', async () => {
    await using stack = new AsyncDisposableStack();
    const dataDir = await createUsedFolder(stack);
    const first = await start(dataDir, stack);
    await first.stop();
    const squatter = createServer().listen(first.port, '127.0.0.1');
    await once(squatter, 'listening');
    stack.defer(() => void squatter.close());
    const second = await start(dataDir, stack);
    assert.notEqual(second.port, first.port);
    await query(second.connectionString, 'select 1');
    await second.stop();
    squatter.close();
    const third = await start(dataDir, stack);
    assert.equal(third.connectionString, second.connectionString);
  });

  test('stays up after Ctrl-C until its service has finished', async () => {
    await using stack = new AsyncDisposableStack();
    const dataDir = await createUsedFolder(stack);
    const service = await startEmbeddedService(dataDir, stack);
    process.kill(-service.pid, 'SIGINT');
    await service.exited;
    assert.deepEqual(service.lines().slice(1), ['worked', 'stopped']);
    assert.equal(await serverPid(dataDir), undefined);
  });

  test('does not outlive a service that exits without stopping it', async () => {
    await using stack = new AsyncDisposableStack();
    const dataDir = await createUsedFolder(stack);
    const service = await startEmbeddedService(dataDir, stack);
    const pid = (await serverPid(dataDir)) ?? 0;
    assert.ok(await startMark(pid));
    process.kill(service.pid, 'SIGTERM');
    await service.exited;
    await waitFor('the server to end', async () => (await startMark(pid)) === undefined);
  });

  test('tells the last lines of its log when it does not start, and starts when that is mended', async () => {
    await using stack = new AsyncDisposableStack();
    const dataDir = await createUsedFolder(stack);
    await (await start(dataDir, stack)).stop();
    const broken = join(dataDir, 'postgres', 'postgresql.auto.conf');
    await appendFile(broken, 'no_such_setting = on\n');
    await assert.rejects(startEmbeddedPostgres({ dataDir }), {
      name: 'EmbeddedPostgresError',
      message: /does not start\. The last lines of .*postgres\.log:(.|\n)*"no_such_setting"/,
    });
    await writeFile(broken, '');
    await start(dataDir, stack);
  });

  test('begins a new log when the old one is larger than 10 MB', async () => {
    await using stack = new AsyncDisposableStack();
    const dataDir = await createUsedFolder(stack);
    const log = join(dataDir, 'postgres.log');
    await writeFile(log, 'old');
    await truncate(log, 10 * 1024 * 1024 + 1);
    await start(dataDir, stack);
    const text = await readFile(log, 'utf8');
    assert.match(text, /^\d.*starting PostgreSQL 18/);
  });

  test('keeps its data when its settings were lost', async () => {
    await using stack = new AsyncDisposableStack();
    const dataDir = await createUsedFolder(stack);
    const first = await start(dataDir, stack);
    await query(first.connectionString, 'create table kept as select 1 as id');
    await first.stop();
    await rm(join(dataDir, 'postgres.json'));
    const second = await start(dataDir, stack);
    assert.deepEqual(await query(second.connectionString, 'select id from kept'), [{ id: 1 }]);
  });

  test('starts after a first start that was interrupted', async () => {
    await using stack = new AsyncDisposableStack();
    const dataDir = await createEmbeddedFolder(stack);
    await mkdir(join(dataDir, 'postgres.new', 'base'), { recursive: true });
    await writeFile(join(dataDir, 'postgres.password'), 'old', { mode: 0o600 });
    const { connectionString } = await start(dataDir, stack);
    await query(connectionString, 'select 1');
  });
});

/** As a first start and stop leave it, without their time. */
async function createUsedFolder(stack: AsyncDisposableStack): Promise<string> {
  const folder = await createEmbeddedFolder(stack);
  execFileSync('cp', ['-a', `${stoppedOnce}/.`, folder]);
  return folder;
}

async function start(
  dataDir: string,
  stack: AsyncDisposableStack,
  options: Partial<EmbeddedPostgresOptions> = {},
) {
  const server = await startEmbeddedPostgres({ dataDir, durability: 'none', ...options });
  stack.defer(() => server.stop());
  return server;
}

async function kill(dataDir: string): Promise<void> {
  const pid = await serverPid(dataDir);
  assert.ok(pid);
  process.kill(pid, 'SIGKILL');
  await waitFor('the server to die', async () => (await startMark(pid)) === undefined);
}

async function query(connectionString: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
