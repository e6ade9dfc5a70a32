import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { defineApp } from '../../src/app/define-app.ts';
import { announceRedaction, isRedactionKnown } from '../../src/enqueue/announce-redaction.ts';
import { getJob } from '../../src/look/get-job.ts';
import { listSchedules } from '../../src/look/schedules.ts';
import { presentSchedule } from '../../src/wire/present-fleet.ts';
import { type ApiJob, openApi, type TestApi } from '../http/open-api.ts';
import { runHere } from '../support/howdah-cli.ts';
import { putJob } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

const BANK = { application: 'bank', fields: ['user_account', 'card.*'] };

describe('fields that an application has withheld', () => {
  let api: TestApi;
  before(async () => {
    api = await openApi();
    await announceRedaction(api.customers.pool, BANK);
  });
  after(() => api.drop());

  const rows = (text: string, values: unknown[] = []) =>
    api.customers.rows<Record<string, unknown>>(text, values);

  test('are known to the database, by the process that started last', async () => {
    const { pool } = api.customers;
    assert.equal(await isRedactionKnown(pool, BANK), true);
    assert.equal(await isRedactionKnown(pool, { ...BANK, fields: [] }), false);
  });

  test('are shown over HTTP to nobody, in the payload and in the result', async () => {
    const { id } = await api.enqueue();
    await rows(
      `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'p', attempts = 1 where id = $1`,
      [id],
    );
    await rows(
      `insert into howdah.job_reports (job_id, attempt, worker, result) values ($1, 1, 'p', '{"card": {"n": 1}, "ok": true}')`,
      [id],
    );
    await rows('delete from graphile_worker._private_jobs where id = $1', [id]);
    const { job } = await api.json<{ job: ApiJob }>(200, 'GET', `/v1/jobs/${id}`);
    assert.deepEqual(
      [job['payload'], job['result']],
      [{ user_account: '[redacted]' }, { card: { n: '[redacted]' }, ok: true }],
    );
    const [{ payload } = assert.fail()] = await rows('select payload from howdah.jobs where id = $1', [id]);
    assert.deepEqual(payload, { user_account: 'ada' });
  });

  test('keep what they are in a job that is enqueued again with the payload as it was shown', async () => {
    const { id } = await api.enqueue();
    const body = { payload: { user_account: '[redacted]' } };
    const { job } = await api.json<{ job: ApiJob }>(201, 'POST', `/v1/jobs/${id}/enqueue-again`, { body });
    assert.deepEqual(job['payload'], { user_account: '[redacted]' });
    const again = await getJob(api.customers.pool, job.id);
    assert.deepEqual(again?.payload, { user_account: 'ada' });
  });

  test('are those of all for a task that nobody announced, and are withheld of schedules', async () => {
    const [{ id } = assert.fail()] = await rows(
      `select howdah.enqueue('nobody_has_it', '{"card": {"n": 1}}', allow_unknown => true)::text as id`,
    );
    const { job } = await api.json<{ job: ApiJob }>(200, 'GET', `/v1/jobs/${id}`);
    assert.deepEqual(job['payload'], { card: { n: '[redacted]' } });
    await rows(
      `insert into howdah.cron_entries (identifier, task, queue, cron, payload)
       values ('nightly', 'send_welcome_email', 'default', '0 4 * * *', '{"user_account": "ada"}')`,
    );
    const [schedule = assert.fail()] = await listSchedules(api.customers.pool);
    assert.deepEqual(presentSchedule(schedule, 'admin').payload, { user_account: '[redacted]' });
  });
});

describe('on the command line', () => {
  let queue: TestQueue;
  before(async () => {
    queue = await openTestQueue([[testTask('works'), async () => {}]]);
    await announceRedaction(queue.pool, { application: 'bank', fields: ['who'] });
    process.env['DATABASE_URL'] = queue.database.connectionString;
  });
  after(() => queue.close());

  test('they are shown to nobody either', async () => {
    const id = await putJob(queue, 'available');
    assert.deepEqual(JSON.parse((await runHere(['job', id])).stdout).payload, { who: '[redacted]' });
    const { stdout } = await runHere(['job', id, '--text']);
    assert.match(stdout, /"who": "\[redacted\]"/);
    assert.doesNotMatch(stdout, /ada/);
  });
});

describe('defineApp', () => {
  test('has no option that defineApp has not, and functions where those are expected', () => {
    const given = { name: 'shop', tasks: [], cronTab: './crontab', openServices: {}, migrations: 5 };
    assert.throws(() => defineApp(given as never), {
      name: 'TypeError',
      message:
        'defineApp: cronTab: there is no such option, but crontab; openServices: expected a function, received object; ' +
        'migrations: expected a path or a URL, received 5',
    });
    assert.throws(
      () => defineApp(undefined as never),
      /^TypeError: defineApp: expected an object, received undefined/,
    );
  });

  test('names everything that is wrong with what is to be withheld and with links', () => {
    const links = [
      { label: 'logs', url: 'https://logs.example/?q={{job_id}}' },
      { label: '', url: 'ftp://x/{{job}}' },
      { label: 'a', url: 'https://{{task}}/' },
      { label: 'b', url: 'https://a.example/{{job_id' },
      { label: 'c' },
      null,
    ];
    const redact = ['password', 'card.*', '', 'a..b', '.a', 7, 'a*'];
    assert.throws(
      () => defineApp({ name: 'Shop', tasks: [], redact: redact as string[], links: links as [] }),
      ({ message }: Error) => {
        const mistakes = message
          .split('; ')
          .map((part) => part.replace(/^defineApp: /, '').replace(/:.*$/, ''));
        assert.deepEqual(mistakes, [
          ...['name', 'redact[2]', 'redact[3]', 'redact[4]', 'redact[5]', 'redact[6]'],
          ...['links[1].label', 'links[1].url', 'links[1].url', 'links[2].url', 'links[3].url'],
          ...['links[4].url', 'links[5].label', 'links[5].url'],
        ]);
        return true;
      },
    );
    defineApp({
      name: 'shop',
      tasks: [],
      redact: ['password', 'card.*', '*'],
      links: links.slice(0, 1) as [],
    });
    assert.throws(
      () => defineApp({ name: 'shop', tasks: [], redact: 'password' as never }),
      /redact: expected a list/,
    );
  });
});
