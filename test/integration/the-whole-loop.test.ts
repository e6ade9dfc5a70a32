import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { noRabbitMq, type RabbitMq, startRabbitMq } from '../support/rabbitmq.ts';
import { declareQueue, withChannel } from '../support/rabbitmq-scene.ts';
import { type ScriptedSmtpServer, startScriptedSmtpServer } from '../support/smtp-server.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Bank, openBank, signUp } from './bank.ts';
import { runToItsEnd, type ServiceProcess, startServiceProcess, untilUp } from './service-process.ts';

const TASKS = ['send_verify_email', 'send_welcome_email'];
const ACCOUNTS = ['ada', 'bob', 'cyd', 'dee'];
const MAIL_COUNT = TASKS.length * ACCOUNTS.length;
const LIMIT = { skip: noRabbitMq, timeout: 180_000 };

/**
 * Sign-up, outbox, RabbitMQ, inbox of a second application, its job, mail. Each process is killed where the most is at stake:
 * the API right after its commits, the bank's worker between RabbitMQ's having a message and its knowing so, RabbitMQ with all
 * messages in it, and the back office between the commit of its jobs and the acknowledgement, with all of their runs begun.
 */
test(
  'no mail is lost or doubled from sign-up to mail, although every process on the way is killed',
  LIMIT,
  async () => {
    await using stack = new AsyncDisposableStack();
    const scene = await openScene(stack);
    const { bank, server } = scene;

    const api = scene.start('bank', 'api');
    const worker = scene.start('bank', 'worker');
    const url = await untilUp(api);
    await untilGatesAreOpen(bank);

    const [first = '', ...others] = ACCOUNTS;
    await signUpSurely(url, first);
    await untilBankHas(bank, 'completed', TASKS.length);
    scene.bankWay.blockAnswers();
    for (const account of others) await signUpSurely(url, account);
    await kill(api);
    await waitFor('more messages to be in RabbitMQ', async () => (await queuedCount(server)) > TASKS.length);
    await delay(500); // a route hands over a few before the first is confirmed, and what was confirmed is on disk by then
    await kill(worker);
    const handedOverCount = await queuedCount(server);
    await server.kill();
    await server.start();
    assert.equal(await queuedCount(server), handedOverCount);
    assert.equal((await states(bank, 'howdah')).completed, TASKS.length, 'nobody knows that they are there');
    scene.bankWay.unblock();

    const another = scene.start('bank', 'worker');
    await untilBankHas(bank, 'completed', MAIL_COUNT);
    assert.equal(
      await queuedCount(server),
      MAIL_COUNT + handedOverCount - TASKS.length,
      'those are there twice',
    );

    await scene.migrateBackOffice();
    const office = await scene.killBetweenCommitAndAcknowledgement();
    assert.equal(office.hasEnded(), true);
    assert.deepEqual(await states(bank, 'back_office'), { running: MAIL_COUNT });
    assert.equal(scene.smtp.accepted.length, 0);

    scene.openMail();
    scene.start('backOffice', 'worker');
    await waitFor(
      'the back office to have done all',
      async () => {
        const { completed = 0, ...others } = await states(bank, 'back_office');
        return completed === MAIL_COUNT && Object.keys(others).length === 0;
      },
      60_000,
    );
    await waitFor('no message to be left', async () => (await queuedCount(server)) === 0);
    await delay(500);

    const mails = scene.smtp.accepted.map(({ to, subject }) => `${to.join()} ${subject}`);
    assert.equal(mails.length, MAIL_COUNT, mails.join('\n'));
    assert.equal(new Set(mails).size, MAIL_COUNT, mails.join('\n'));
    const { rows } = await bank.pool.query('select sum(taken)::integer as taken from back_office.sources');
    assert.deepEqual(rows, [{ taken: MAIL_COUNT }]);
    assert.equal(another.hasEnded(), false);
  },
);

type Start = (application: 'bank' | 'backOffice', command: string) => ServiceProcess;

interface Scene {
  readonly bank: Bank;
  readonly server: RabbitMq;
  /** Between the bank and RabbitMQ. */
  readonly bankWay: TcpProxy;
  readonly smtp: ScriptedSmtpServer;
  readonly start: Start;
  /** Until then the mail server keeps whoever connects waiting. */
  openMail(): void;
  migrateBackOffice(): Promise<void>;
  killBetweenCommitAndAcknowledgement(): Promise<ServiceProcess>;
}

async function openScene(stack: AsyncDisposableStack): Promise<Scene> {
  let isMailOpen = false;
  const [bank, server] = await Promise.all([openBank(stack), startRabbitMq(stack)]);
  for (const queue of [...TASKS, 'delete_expired_verifications']) await declareQueue(server, queue);
  const smtp = await startScriptedSmtpServer({ connect: () => (isMailOpen ? 'accept' : 'hang') });
  stack.defer(() => smtp.stop());
  const [bankWay, officeWay] = [await startTcpProxy(server.url), await startTcpProxy(server.url)];
  stack.defer(async () => void (await Promise.all([bankWay.stop(), officeWay.stop()])));
  const shared = {
    DATABASE_URL: bank.database.connectionString,
    SMTP_URL: smtp.url,
    PUBLIC_URL: 'http://bank.example',
  };
  const envs = {
    bank: { ...shared, RABBITMQ_URL: bankWay.url, TASK_DISTRIBUTOR: 'rabbitmq' },
    backOffice: {
      ...shared,
      HOWDAH_SCHEMA: 'back_office',
      RABBITMQ_URL: officeWay.url,
      SOURCES: TASKS.map((task) => `rabbitmq:${task}>${task}`).join(','),
    },
  };
  const start: Start = (application, command) =>
    startServiceProcess({ application, command, env: envs[application] }, stack);
  return {
    ...{ bank, server, bankWay, smtp, start },
    openMail() {
      isMailOpen = true;
    },
    async migrateBackOffice() {
      const { exitCode, complaints } = await runToItsEnd({
        application: 'backOffice',
        command: 'migrate',
        env: envs.backOffice,
      });
      assert.equal(exitCode, 0, complaints);
    },
    killBetweenCommitAndAcknowledgement: () =>
      killInBetween(bank, officeWay, () => start('backOffice', 'worker')),
  };
}

/** The commit waits for a lock until the way of acknowledgements is blocked. */
async function killInBetween(
  bank: Bank,
  way: TcpProxy,
  start: () => ServiceProcess,
): Promise<ServiceProcess> {
  const client = await bank.pool.connect();
  let office: ServiceProcess;
  try {
    await client.query('begin');
    await client.query('lock table back_office.source_messages in exclusive mode');
    office = start();
    await waitFor(
      'both sources to wait for the lock',
      async () => {
        if (office.hasEnded()) throw new Error(office.complaints() + office.told());
        const { rows } = await client.query(
          `select from pg_locks where relation = 'back_office.source_messages'::regclass and not granted`,
        );
        return rows.length >= TASKS.length;
      },
      60_000,
    );
    way.block();
    await client.query('commit');
  } finally {
    client.release();
  }
  await waitFor(
    'the jobs to run',
    async () => (await states(bank, 'back_office')).running === MAIL_COUNT,
    60_000,
  );
  await kill(office);
  way.cut();
  way.unblock();
  return office;
}

async function signUpSurely(url: string, account: string): Promise<void> {
  assert.equal((await signUp(url, account)).status, 202);
}

async function kill(process: ServiceProcess): Promise<void> {
  process.signal('SIGKILL');
  await process.exited;
}

/** How many of the mails' jobs are in which state. */
async function states({ pool }: Bank, schema: string): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ state: string; count: number }>(
    `select state, count(*)::integer from ${schema}.jobs where task = any ($1) group by 1`,
    [TASKS],
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

function untilBankHas(bank: Bank, state: string, count: number): Promise<unknown> {
  const has = async () => (await states(bank, 'howdah'))[state] === count;
  return waitFor(`${count} jobs to be ${state}`, has, 60_000);
}

function untilGatesAreOpen({ pool }: Bank): Promise<unknown> {
  const areOpen = async () => {
    const { rows } = await pool.query<{ gates: { because: string | null }[] | null }>(
      'select gates from howdah.runners where retired_at is null',
    );
    return rows.length === 2 && rows.every(({ gates }) => gates?.every(({ because }) => because === null));
  };
  return waitFor('the bank to have reached RabbitMQ', areOpen, 60_000);
}

/** Messages that no consumer has in hand. */
function queuedCount(server: RabbitMq): Promise<number> {
  return withChannel(server, async (channel) => {
    const queues = await Promise.all(TASKS.map((task) => channel.checkQueue(task)));
    return queues.reduce((sum, { messageCount }) => sum + messageCount, 0);
  });
}
