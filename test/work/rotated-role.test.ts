/** Workers whose logins are made anew now and then, as Vault does, and may not end each other's sessions. */
import { after, afterEach, before, test } from 'node:test';
import { createTestLogin, type TestLogin } from '../support/test-login.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts';

const hangs = testTask('hangs');
const SCHEMAS = 'howdah, graphile_worker, graphile_worker_critical';

let queue: TestQueue;
const logins: TestLogin[] = [];
const workers: WorkerProcess[] = [];

before(async () => {
  queue = await openTestQueue([[hangs, async () => {}]]);
  for (let n = 0; n < 2; n++) logins.push(await createWorkerLogin());
});

afterEach(async () => {
  for (const worker of workers) worker.signal('SIGKILL');
  await Promise.all(workers.map(({ exited }) => exited));
  workers.length = 0;
});

after(async () => {
  for (const login of logins) await login.drop();
  await queue.close();
});

/** May do all that a worker does. */
async function createWorkerLogin(): Promise<TestLogin> {
  const login = await createTestLogin(queue.database, queue.pool);
  await queue.pool.query(`
    alter role ${login.name} bypassrls;
    grant usage on schema ${SCHEMAS} to ${login.name};
    grant all on all tables in schema ${SCHEMAS} to ${login.name};
    grant all on all sequences in schema ${SCHEMAS} to ${login.name};
    grant execute on all functions in schema ${SCHEMAS} to ${login.name}`);
  return login;
}

/** As Vault's that take on one role for all, whatever the login is called: what they may know of a session is that role's. */
async function createDisguisedLogin(): Promise<TestLogin> {
  const login = await createTestLogin(queue.database, queue.pool, ['howdah_worker']);
  logins.push(login);
  await queue.pool.query(`alter role ${login.name} set role = 'howdah_worker'`);
  return login;
}

async function startAs(login: TestLogin | undefined): Promise<WorkerProcess> {
  const worker = await startWorkerProcess(login?.connectionString ?? '');
  workers.push(worker);
  return worker;
}

for (const [how, signal] of [
  ['killed', 'SIGKILL'],
  ['cut off, its sessions alive', 'SIGSTOP'],
] as const) {
  test(`a job of a worker that was ${how} is given to one of another role`, async () => {
    const [first, second] = [await startAs(logins[0]), await startAs(logins[1])];
    const { id } = await queue.distributor.distribute(queue.pool, hangs, {});
    await waitFor('the job to start', () => first.started().includes(id) || second.started().includes(id));
    const [lost, other] = first.started().includes(id) ? [first, second] : [second, first];
    lost.signal(signal);
    await waitFor('the job to start at the other', () => other.started().includes(id));
    if (signal === 'SIGSTOP') {
      lost.signal('SIGCONT');
      await waitFor('the first to let go', () => lost.aborted().includes(id));
    }
    await queue.pool.query('select howdah.cancel_job($1)', [id]);
    await waitFor('the signal to fire', () => other.aborted().includes(id));
  });
}

test('a job of a killed worker is given to another where each login acts as one role', async () => {
  const [first, second] = [
    await startAs(await createDisguisedLogin()),
    await startAs(await createDisguisedLogin()),
  ];
  const { id } = await queue.distributor.distribute(queue.pool, hangs, {});
  await waitFor('the job to start', () => first.started().includes(id) || second.started().includes(id));
  const [lost, other] = first.started().includes(id) ? [first, second] : [second, first];
  lost.signal('SIGKILL');
  await waitFor('the job to start at the other', () => other.started().includes(id));
});
