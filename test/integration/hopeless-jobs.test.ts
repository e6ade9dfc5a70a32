import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { signUpJobs } from './bank.ts';
import { type OpenService, openService } from './open-service.ts';

/** Stands for a customer's data in a payload. */
const SECRET = 'hunter-two';

describe('a job that can never succeed is discarded at its first run, with the reason and without its values', () => {
  const stack = new AsyncDisposableStack();
  let service: OpenService;
  before(async () => {
    service = await openService(stack);
  });
  after(() => stack.disposeAsync());

  const MALFORMED: [what: string, payload: unknown, reason: RegExp][] = [
    ['a field of the wrong type', { user_account: [SECRET] }, /^malformed payload: .*user_account/],
    ['a field that is too long', { user_account: SECRET.repeat(10) }, /^malformed payload: .*user_account/],
    ['an unknown field', { user_account: 'ada', extra: SECRET }, /^malformed payload: .*extra/],
    ['no fields', {}, /^malformed payload: .*user_account/],
    ['a list instead of an object', [SECRET], /^malformed payload: /],
    ['null', null, /^malformed payload: /],
  ];

  for (const task of ['send_verify_email', 'send_welcome_email']) {
    for (const [what, payload, reason] of MALFORMED) {
      test(`${task} with ${what}, put in by the engine's own SQL`, async () => {
        await assertHopeless(await enqueue(task, payload), reason);
      });
    }

    test(`${task} for a customer who never was`, async () => {
      await assertHopeless(await enqueue(task, { user_account: SECRET }), /customer .* does not exist/);
    });
  }

  test('the mail of a customer who was deleted before it was sent', async () => {
    await using stack = new AsyncDisposableStack();
    const delayed = await openService(stack, { env: { VERIFY_EMAIL_DELAY: '1h', QUEUES: 'critical:1' } });
    const { verify } = await signUpJobs(delayed.url, SECRET);
    assert.equal((await delayed.job(verify)).state, 'scheduled');
    await delayed.pool.query('delete from users');
    await delayed.runNow(verify);
    const { attempt, last_error } = await delayed.untilState(verify, 'discarded');
    assert.deepEqual([attempt, last_error], [1, 'the customer that the payload names does not exist']);
  });

  test('none of which is mailed, logged with a value or followed by another attempt', () => {
    assert.deepEqual(service.smtp.attempts, []);
    const log = service.logLines.join('');
    assert.equal(service.logLines.filter((line) => line.includes('task discarded')).length, 14);
    assert.doesNotMatch(log, new RegExp(SECRET));
    assert.doesNotMatch(log, /"attempt":2/);
  });

  async function enqueue(task: string, payload: unknown): Promise<string> {
    const { rows } = await service.pool.query<{ id: string }>(
      'select id from graphile_worker.add_job($1, $2)',
      [task, JSON.stringify(payload)],
    );
    return rows[0]?.id ?? '';
  }

  async function assertHopeless(id: string, reason: RegExp): Promise<void> {
    const { attempt, max_attempts, last_error } = await service.untilState(id, 'discarded');
    assert.equal(attempt, 1);
    assert.ok(max_attempts > 1, 'there were attempts left');
    assert.match(last_error ?? '', reason);
    assert.doesNotMatch(last_error ?? '', new RegExp(SECRET));
    const { rows } = await service.pool.query('select * from howdah.job_errors where job_id = $1', [id]);
    assert.equal(rows.length, 1);
    assert.doesNotMatch(JSON.stringify(rows), new RegExp(SECRET));
  }
});
