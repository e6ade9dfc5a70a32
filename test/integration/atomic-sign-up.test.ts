import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { waitFor } from '../support/wait-for.ts';
import { signUp, signUpJobs } from './bank.ts';
import { holdCommits, hookCommits } from './commit-hook.ts';
import { type OpenService, openService } from './open-service.ts';

const stack = new AsyncDisposableStack();
let service: OpenService;

before(async () => {
  service = await openService(stack);
  await hookCommits(service.pool);
});
after(() => stack.disposeAsync());

describe('a sign-up that fails after its jobs were added leaves neither user nor job', () => {
  test('when the account turns out to be taken', async () => {
    const jobIds = await untilJobsAdded(async () => {
      assert.equal((await signUp(service.url, 'taken-ada')).status, 409);
    });
    await assertNothing('taken-ada', jobIds);
  });

  test('when the commit fails', async () => {
    const jobIds = await untilJobsAdded(async () => {
      assert.equal((await signUp(service.url, 'broken-ada')).status, 500);
    });
    await assertNothing('broken-ada', jobIds);
  });

  test('when the connection is killed before the commit is done', async (t) => {
    const commits = await hold(t);
    let answer: Promise<Response> | undefined;
    const jobIds = await untilJobsAdded(async () => {
      answer = signUp(service.url, 'held-killed');
      await commits.waitingPid();
    });
    await service.pool.query('select pg_terminate_backend($1)', [await commits.waitingPid()]);
    assert.equal((await answer)?.status, 503);
    await commits.letGo();
    await assertNothing('held-killed', jobIds);
  });

  test('and the next sign-up under the same name succeeds, with both jobs', async () => {
    await service.pool.query('alter table users disable trigger hook_commit');
    for (const account of ['taken-ada', 'broken-ada', 'held-killed']) {
      const { verify, welcome } = await signUpJobs(service.url, account);
      const jobs = await service.jobs(account);
      assert.deepEqual(
        jobs.map(({ id, task, queue }) => [id, task, queue]),
        [
          [verify, 'send_verify_email', 'critical'],
          [welcome, 'send_welcome_email', 'default'],
        ],
      );
    }
    await service.pool.query('alter table users enable trigger hook_commit');
  });
});

test('a client that goes away leaves either everything or nothing: here the commit, which was on its way', async (t) => {
  const commits = await hold(t);
  const client = new AbortController();
  const body = { account: 'held-left', username: 'Ada', email: 'left@x.example', password: 'correct horse' };
  const answer = fetch(`${service.url}/v1/users`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    signal: client.signal,
  });
  await commits.waitingPid();
  client.abort();
  await assert.rejects(answer, { name: 'AbortError' });
  assert.deepEqual([await service.userCount('held-left'), await service.jobs('held-left')], [0, []]);
  await commits.letGo();
  await waitFor('both mails', () => mailsTo('left@x.example').length === 2);
  assert.equal(await service.userCount('held-left'), 1);
});

test('jobs of an open transaction are invisible to the workers that run later ones, until it commits', async (t) => {
  const commits = await hold(t);
  let answer: Promise<Response> | undefined;
  const heldIds = await untilJobsAdded(async () => {
    answer = signUp(service.url, 'held-open');
    await commits.waitingPid();
  });
  const later = await signUpJobs(service.url, 'quick');
  await service.untilState(later.verify, 'completed');
  await service.untilState(later.welcome, 'completed');
  assert.ok(Math.max(...heldIds.map(Number)) < Number(later.verify), 'the later jobs were added later');
  assert.deepEqual(await service.jobs('held-open'), []);
  assert.deepEqual(mailsTo('held-open@customers.example'), []);

  await commits.letGo();
  assert.equal((await answer)?.status, 202);
  for (const id of heldIds) await service.untilState(id, 'completed');
  assert.equal(mailsTo('held-open@customers.example').length, 2);
});

function mailsTo(address: string) {
  return service.smtp.accepted.filter(({ to }) => to.includes(address));
}

async function hold(t: TestContext) {
  const commits = await holdCommits(service.pool);
  t.after(() => commits.letGo());
  return commits;
}

/** The ids of the two jobs that add_job gave out for one sign-up, whatever became of them. */
async function untilJobsAdded(work: () => Promise<void>): Promise<string[]> {
  const ids: string[] = [];
  const note = ({ jobId }: { jobId: string }) => ids.push(jobId);
  service.events.on('job.enqueued', note);
  await work();
  service.events.off('job.enqueued', note);
  assert.equal(ids.length, 2, 'both jobs were added before the failure');
  return ids;
}

/** Nothing now, and no run or mail after a sign-up that was committed later. */
async function assertNothing(account: string, jobIds: readonly string[]): Promise<void> {
  const { rows } = await service.pool.query('select from howdah.jobs where id = any($1)', [jobIds]);
  assert.equal(rows.length, 0);
  assert.deepEqual(await service.jobs(account), []);
  assert.equal(await service.userCount(account), 0);
  const probe = await signUpJobs(service.url, `after-${account}`);
  await service.untilState(probe.verify, 'completed');
  assert.deepEqual(mailsTo(`${account}@customers.example`), []);
}
