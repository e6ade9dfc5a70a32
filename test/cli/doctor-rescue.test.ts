import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { checkRescue } from '../../src/cli/doctor/check-rescue.ts';
import { openSession, type Session } from '../../src/db/connections/session.ts';
import { enterSession } from '../../src/work/fleet/runner-identity.ts';
import { FenceStage, pidOf } from '../support/fence-stage.ts';
import { createTestLogin, type TestLogin } from '../support/test-login.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

let queue: TestQueue;
let stage: FenceStage;
let stranger: TestLogin;
const sessions: Session[] = [];

before(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
  stage = new FenceStage(queue.database.connectionString);
  stranger = await createTestLogin(queue.database, queue.pool);
  await queue.pool.query(`
    grant usage on schema howdah, graphile_worker to ${stranger.name};
    grant all on all tables in schema howdah, graphile_worker to ${stranger.name};
    grant execute on all functions in schema howdah to ${stranger.name}`);
});

after(async () => {
  await Promise.all(sessions.map((session) => session.end()));
  await stage.close();
  await stranger.drop();
  await queue.close();
});

async function examineAs(connectionString: string) {
  const session = await openSession({ connectionString, applicationName: 'test', connectTimeoutMs: 5_000 });
  sessions.push(session);
  return checkRescue(session, connectionString);
}

test('a role that may end sessions of workers has tried it on one of its own', async () => {
  assert.deepEqual(await examineAs(queue.database.connectionString), [
    { level: 'ok', what: 'sessions of a lost worker can be ended at once' },
  ]);
});

test('a role that may not end those of a worker is told what that costs', async () => {
  const worker = await stage.openWorker();
  const [finding] = await examineAs(stranger.connectionString);
  assert.equal(finding?.level, 'warning');
  assert.match(finding?.what ?? '', /may not end sessions of \w+: rescue waits for the statements/);
  await (await worker.session()).end();
});

test('jobs that are not given back are an error, which names who holds them', async () => {
  const worker = await stage.openWorker();
  const session: pg.Client = await worker.session();
  await enterSession(session, worker.identity);
  await session.query('begin');
  await session.query('delete from graphile_worker._private_jobs where id = 0');
  await queue.pool.query(
    `update howdah.runners set retired_at = now() - interval '1 minute', retired_because = 'lost' where token = $1`,
    [worker.token],
  );
  const findings = await examineAs(queue.database.connectionString);
  assert.equal(findings[0]?.level, 'error');
  assert.match(
    findings[0]?.what ?? '',
    new RegExp(`queue "default" .* this holds them: process ${pidOf(session)} of`),
  );
  await session.query('rollback');
});
