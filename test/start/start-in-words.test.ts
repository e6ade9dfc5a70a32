/** A start that the database does not let finish says why in a sentence, or waits and says for what. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type Bank, openBank } from '../integration/bank.ts';
import { type OpenService, openService } from '../integration/open-service.ts';
import { startServiceProcess } from '../integration/service-process.ts';
import { createTestLogin, type TestLogin } from '../support/test-login.ts';
import { waitFor } from '../support/wait-for.ts';

const PUBLIC_URL = 'http://bank.example';

let stack: AsyncDisposableStack;
let bank: Bank;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  bank = await openBank(stack);
});

afterEach(() => stack.disposeAsync());

const start = (env: Record<string, string> = {}): Promise<OpenService> =>
  openService(stack, { bank, role: 'worker', env: { PUBLIC_URL, ...env } });

const startProcess = (databaseUrl: string) =>
  startServiceProcess(
    { command: 'worker', env: { DATABASE_URL: databaseUrl, SMTP_URL: 'smtp://127.0.0.1:9', PUBLIC_URL } },
    stack,
  );

/** What is looked for before runners are registered is free, and the registration itself waits until this is called. */
async function stallRegistration(): Promise<() => Promise<void>> {
  await bank.pool.query(`
    create function public.stall() returns trigger language plpgsql as $$
    begin
      perform pg_advisory_xact_lock(4711);
      return new;
    end $$;
    create trigger stall before insert on howdah.runners for each row execute function public.stall()`);
  const holder = await bank.pool.connect();
  await holder.query('begin; select pg_advisory_xact_lock(4711)');
  let releasing: Promise<void> | undefined;
  const release = () => {
    releasing ??= holder.query('rollback').then(() => holder.release());
    return releasing;
  };
  stack.defer(release);
  return release;
}

describe('a lock that is taken after the start had looked for locks', () => {
  test('is waited for, and the start goes on when it is gone', async () => {
    const release = await stallRegistration();
    const service = startProcess(bank.database.connectionString);
    const said = /could not start the runners in time, trying again/;
    await waitFor('it to say so', () => said.test(service.told()));
    assert.doesNotMatch(service.told(), /Howdah is up/);
    await release();
    await waitFor('it to go on', () => /Howdah is up/.test(service.told()));
  });

  test('ends the start after MIGRATE_TIMEOUT, in words', async () => {
    await stallRegistration();
    await assert.rejects(start({ MIGRATE_TIMEOUT: '1s' }), {
      name: 'StartupError',
      message:
        /^could not start the runners, as the database did not answer or refused: (canceling statement due to lock|Query read) timeout$/,
    });
  });
});

describe('a server that gives the role too few connections', () => {
  let login: TestLogin;

  beforeEach(async () => {
    login = await createTestLogin(bank.database, bank.pool, ['howdah_worker']);
    stack.defer(() => login.drop());
  });

  const limit = (count: number) => bank.pool.query(`alter role ${login.name} connection limit ${count}`);

  for (const count of [0, 1, 2, 3, 4]) {
    test(`ends the start with a sentence: ${count}`, async () => {
      await limit(count);
      await assert.rejects(start({ DATABASE_URL: login.connectionString }), {
        name: 'StartupError',
        message: /too many connections for role/,
      });
    });
  }

  test('and the process too', async () => {
    await limit(2);
    const service = startProcess(login.connectionString);
    assert.equal(await service.exited, 1);
    assert.match(service.complaints(), /^could not .*: too many connections for role .*\n$/);
    assert.doesNotMatch(service.told(), /uncaught|stray|\n {4}at /);
  });
});
