import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { runHere } from '../support/howdah-cli.ts';
import { putJob } from '../support/job-states.ts';
import { createTestLogin, type TestLogin } from '../support/test-login.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

const ROLES = ['howdah_producer', 'howdah_viewer', 'howdah_operator'] as const;

let queue: TestQueue;
const logins = {} as Record<(typeof ROLES)[number], TestLogin>;
before(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
  for (const role of ROLES) logins[role] = await createTestLogin(queue.database, queue.pool, [role]);
});
beforeEach(() => queue.pool.query('truncate graphile_worker._private_jobs, howdah.queue_settings'));
after(async () => {
  for (const role of ROLES) await logins[role].drop();
  await queue.close();
});

/** What the command answers with the role's login in DATABASE_URL. */
async function as(role: (typeof ROLES)[number], ...args: string[]) {
  const { connectionString } = logins[role];
  process.env['DATABASE_URL'] = connectionString;
  const { exitCode, stdout, stderr } = await runHere([...args, '--json']);
  return exitCode === 0 ? JSON.parse(stdout) : JSON.parse(stderr);
}

const DENIED = { code: 'database', sqlstate: '42501' };

async function denied(role: (typeof ROLES)[number], ...args: string[]) {
  const { code, details } = await as(role, ...args);
  assert.deepEqual({ code, ...details }, DENIED, args.join(' '));
}

describe('npx howdah with the login of', () => {
  test('a producer enqueues and does nothing else', async () => {
    const added = await as('howdah_producer', 'enqueue', 'send_welcome_email', '{"user_account":"ada"}');
    assert.equal(added.queue, 'default');
    assert.equal((await as('howdah_producer', 'enqueue', 'works')).task, 'works');
    const refused = await as('howdah_producer', 'enqueue', 'send_welcome_email', '{"user_account":7}');
    assert.equal(refused.code, 'invalid_payload');
    await denied('howdah_producer', 'jobs');
    await denied('howdah_producer', 'queues');
    await denied('howdah_producer', 'pause', 'default');
  });

  test('a viewer looks at everything but payloads, and changes nothing', async () => {
    const id = await putJob(queue, 'available');
    const [job] = await as('howdah_viewer', 'jobs', '--state', 'available', '--task', 'works');
    assert.equal(job.id, id);
    assert.equal((await as('howdah_viewer', 'job', id)).payload, null);
    assert.match((await runHere(['job', id, '--text'])).stdout, /^ +Payload +not shown to this role/m);
    const queues: { name: string }[] = await as('howdah_viewer', 'queues');
    assert.deepEqual(
      queues.map(({ name }) => name),
      ['critical', 'default'],
    );
    for (const command of ['workers', 'tasks', 'schedules'])
      assert.ok(Array.isArray(await as('howdah_viewer', command)), command);
    assert.equal((await as('howdah_viewer', 'explain', id)).state, 'available');
    await denied('howdah_viewer', 'jobs', '--payload', '{"who":"ada"}');
    await denied('howdah_viewer', 'cancel', '--queue', 'default');
    await denied('howdah_viewer', 'pause', '--all');
  });

  test('an operator looks at everything and acts on jobs and queues', async () => {
    const id = await putJob(queue, 'available');
    assert.deepEqual((await as('howdah_operator', 'job', id)).payload, { who: 'ada' });
    assert.equal((await as('howdah_operator', 'jobs', '--payload', '{"who":"ada"}')).length, 1);
    const report = await as('howdah_operator', 'cancel', '--queue', 'default', '--payload', '{"who":"ada"}');
    assert.equal(report.changed, 1);
    assert.equal((await as('howdah_operator', 'retry', id))[0].state, 'available');
    assert.equal((await as('howdah_operator', 'pause', '--all')).length, 2);
    assert.equal((await as('howdah_operator', 'resume', '--all')).length, 2);
  });
});
