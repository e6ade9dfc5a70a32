import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { registerUser } from '../../../src/bank/users/register-user.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { prepareDatabase } from '../../../src/start/database/prepare-database.ts';
import { loadedBank } from '../../support/bank-catalogue.ts';
import { runHowdah } from '../../support/howdah-cli.ts';
import { ADA, type Customers, openCustomers } from './open-customers.ts';

let customers: Customers;
before(async () => {
  customers = await openCustomers();
});
after(() => customers.drop());

test('ids of users that a restore left behind are found by doctor and moved by the next start, those of others are not', async () => {
  await customers.signUpAda();
  await customers.rows(`
    create table public.ledger (id bigint generated always as identity primary key);
    insert into public.ledger default values;
    select setval('public.ledger_id_seq', 1, false);
    insert into public.users (id, account, username, email, password_hash) overriding system value
    values (7, 'carl', 'Carl', 'carl@example.com', 'none');
    select setval('public.users_id_seq', 1, false)`);
  const bob = { ...ADA, account: 'bob', email: 'bob@example.com' };
  await assert.rejects(registerUser(customers, bob)); // as its id, 1, is taken

  const env = { DATABASE_URL: customers.connectionString };
  const { stdout } = await runHowdah(['doctor', '--text'], env);
  assert.match(
    stdout,
    /ERROR sequence public\.users_id_seq is at 1, and ids up to 7 are taken\n +→ run npx howdah migrate/,
  );
  assert.doesNotMatch(stdout, /ledger/);

  await prepareDatabase({ queues: [], autoMigrate: true, migrateTimeoutMs: 60_000 }, loadedBank, {
    connectionString: customers.connectionString,
    log: createLogger({ level: 'silent' }),
  });
  await registerUser(customers, bob);
  const [row] = await customers.rows('select id::text from public.users where account = $1', ['bob']);
  assert.deepEqual(row, { id: '8' });
  const [ledger] = await customers.rows('select last_value::integer, is_called from public.ledger_id_seq');
  assert.deepEqual(ledger, { last_value: 1, is_called: false });
  assert.match((await runHowdah(['doctor', '--text'], env)).stdout, /ok +sequences\n/);
});
