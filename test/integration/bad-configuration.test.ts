import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, test } from 'node:test';
import { openBank } from './bank.ts';
import { runToItsEnd, startServiceProcess, untilUp } from './service-process.ts';

/** What a worker of the bank needs to be told. */
const WORKER = { PUBLIC_URL: 'http://bank.example', SMTP_URL: 'smtp://127.0.0.1:9' };
const UNREACHABLE = 'postgres://howdah:very-secret@127.0.0.1:1/howdah';

describe('a service that cannot start says why, in words alone, and exits with 1', { concurrency: 2 }, () => {
  test('listing every mistake of its configuration at once', async () => {
    const complaints = await complaintsOf({
      env: {
        QUEUES: 'critical:ten,Default:5',
        PORT: '99999',
        SHUTDOWN_TIMOUT: '3s',
        SECRET_KEY: 'short',
        DATABASE_URL: 'mysql://howdah:very-secret@db.example/howdah',
        SIGN_UP_RATE_LIMIT: 'many',
        ROUTES: 'send_welcome_email=kafka:users,send_mial=rabbitmq',
        KAFKA_URL: 'http://kafka.example',
        SOURCES: 'kafka:users>handle_users',
      },
    });
    const [heading, ...mistakes] = complaints.split('\n');
    assert.equal(heading, 'The configuration has 11 mistakes:');
    assert.deepEqual(mistakes.map((line) => line.split(':')[0]?.trim()).sort(), [
      'DATABASE_URL',
      'KAFKA_URL',
      'PORT',
      'QUEUES',
      'QUEUES',
      'ROUTES',
      'ROUTES',
      'SECRET_KEY',
      'SHUTDOWN_TIMOUT',
      'SIGN_UP_RATE_LIMIT',
      'SOURCES',
    ]);
    assert.match(complaints, /SHUTDOWN_TIMOUT: unknown variable; did you mean SHUTDOWN_TIMEOUT\?/);
    assert.match(
      complaints,
      /expected a concurrency from 1 to 1000, e\.g\. critical:10; received "critical:ten/,
    );
  });

  test('listing all that production requires', async () => {
    const absent = { SECRET_KEY: '', ADMIN_TOKEN: '', VIEWER_TOKEN: '' };
    const complaints = await complaintsOf({ env: { NODE_ENV: 'production', ...absent } });
    for (const variable of ['DATABASE_URL', 'SECRET_KEY', 'SMTP_URL', 'PUBLIC_URL', 'ADMIN_TOKEN']) {
      assert.match(complaints, new RegExp(`^ {2}${variable}: required in production and not set; `, 'm'));
    }
    assert.equal(complaints.split('\n').length, 6);
  });

  for (const command of ['all', 'migrate']) {
    test(`when its database cannot be reached (${command})`, async () => {
      assert.equal(
        await complaintsOf({ command, env: { DATABASE_URL: UNREACHABLE } }),
        'DATABASE_URL: cannot connect to postgres://howdah:***@127.0.0.1:1/howdah: connect ECONNREFUSED 127.0.0.1:1',
      );
    });
  }

  test('when its database does not exist, or the password is wrong', async () => {
    await using stack = new AsyncDisposableStack();
    const { database } = await openBank(stack);
    const missing = new URL(database.connectionString);
    missing.pathname = '/nowhere';
    const wrong = new URL(database.connectionString);
    wrong.password = 'very-secret';
    const env = (url: URL) => ({ env: { DATABASE_URL: url.href } });
    assert.match(
      await complaintsOf(env(missing)),
      /cannot connect to .*\*\*\*.*: database "nowhere" does not exist$/,
    );
    assert.match(await complaintsOf(env(wrong)), /cannot connect to .*: password authentication failed/);
  });

  test('when its port is taken', async () => {
    await using stack = new AsyncDisposableStack();
    const { database } = await openBank(stack);
    const other = createServer().listen(0, '127.0.0.1');
    stack.defer(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    assert.equal(
      await complaintsOf({ env: { DATABASE_URL: database.connectionString, PORT: String(port) } }),
      `Cannot listen on 127.0.0.1:${port}: another program uses this port; stop it, or set PORT to a free one`,
    );
    const worker = { ...WORKER, DATABASE_URL: database.connectionString, HEALTH_PORT: String(port) };
    assert.match(await complaintsOf({ command: 'worker', env: worker }), /or set HEALTH_PORT to a free one$/);
  });

  for (const folder of ['/dev/null/howdah', '/dev/null', '/proc/howdah/data']) {
    test(`when its data folder cannot be one: ${folder}`, async () => {
      const complaints = await complaintsOf({ env: { DATA_DIR: folder } });
      assert.match(
        complaints,
        /^DATA_DIR: cannot keep a database in \/.*; set DATA_DIR to a folder, or DATABASE_URL$/,
      );
      const secrets = await complaintsOf({ env: { DATA_DIR: folder, ADMIN_TOKEN: '' } });
      assert.match(secrets, /DATA_DIR: expected a folder to keep generated secrets in; E\w+: /);
    });
  }

  test('when it is a worker without the database of the API or a mail server', async () => {
    const complaints = await complaintsOf({ command: 'worker', env: {} });
    assert.match(complaints, /^ {2}DATABASE_URL: required by a worker, .*; set it, or use npx howdah dev/m);
    assert.match(complaints, /^ {2}PUBLIC_URL: required by a worker, .*; set it, or use npm start/m);
    assert.match(complaints, /^ {2}SMTP_URL: required by a worker, .*; set it, or use npm start/m);
  });

  test('when its command is unknown', async () => {
    assert.equal(
      await complaintsOf({ command: 'wroker', env: {} }),
      'Unknown command "wroker"; expected one of all, api, worker, migrate',
    );
  });
});

test('an API process needs no mail server: it has no mailbox and sends nothing', async () => {
  await using stack = new AsyncDisposableStack();
  const { database } = await openBank(stack);
  const env = { DATABASE_URL: database.connectionString };
  const url = await untilUp(startServiceProcess({ command: 'api', env }, stack));
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
  assert.equal((await fetch(`${url}/mailbox.json`)).status, 404);
});

/** What a command says that must fail; never a stack, never a secret. */
async function complaintsOf(options: Parameters<typeof runToItsEnd>[0]): Promise<string> {
  const { exitCode, told, complaints } = await runToItsEnd(options);
  assert.equal(exitCode, 1, complaints);
  assert.match(told, /^(Howdah starts: .*\n)*$/);
  assert.doesNotMatch(complaints, /^\s+at |Error:|very-secret|node:internal/m);
  return complaints.trimEnd();
}
