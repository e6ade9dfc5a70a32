import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createClient, type HowdahClient } from '../../src/http/client.ts';
import { openApi, type TestApi } from './open-api.ts';
import { ADMIN_TOKEN } from './open-app.ts';

let api: TestApi;
let client: HowdahClient;
before(async () => {
  api = await openApi();
  const fetch = async (input: string | URL | Request, init?: RequestInit) => api.app.request(input, init);
  client = createClient('http://127.0.0.1', ADMIN_TOKEN, { fetch });
});
after(() => api.drop());

describe('createClient', () => {
  test('enqueues, looks and acts with types from request to answer', async () => {
    const enqueued = await client.v1.jobs.$post({
      json: { task: 'send_welcome_email', payload: { user_account: 'ada' }, delay: '1h', priority: 2 },
      header: {},
    });
    assert.equal(enqueued.status, 201);
    const { job } = await enqueued.json();
    const { id, state, priority }: { id: string; state: string; priority: number } = job;
    assert.deepEqual([state, priority], ['scheduled', 2]);

    const page = await (await client.v1.jobs.$get({ query: { state: 'scheduled', limit: '10' } })).json();
    assert.deepEqual(
      page.jobs.map((each) => each.id),
      [id],
    );
    const several = await client.v1.jobs.$get({ query: { state: 'running,scheduled' } });
    assert.equal((await several.json()).jobs.length, 1);

    const ran = await (
      await client.v1.jobs[':id']['run-now'].$post({ param: { id }, header: {}, json: {} })
    ).json();
    assert.equal(ran.job.state, 'available');
    const found = await client.v1.jobs[':id'].$get({ param: { id }, query: {} });
    const { job: same }: { job: { state: string } } = await found.json();
    assert.equal(same.state, 'available');
  });

  test('acts on many and on queues', async () => {
    const filter = { queue: 'default', state: ['available' as const, 'scheduled' as const] };
    const json = { filter, dry_run: true };
    const report = await (await client.v1.jobs.bulk.cancel.$post({ json, header: {} })).json();
    assert.deepEqual([report.action, report.dry_run], ['cancel', true]);
    const { queues } = await (await client.v1.queues.$get()).json();
    assert.deepEqual(
      queues.map(({ name }) => name),
      ['critical', 'default'],
    );
    const { tasks } = await (await client.v1.tasks.$get()).json();
    assert.ok(tasks.length > 0);
  });

  test('refuses at compile time what the API would refuse', async () => {
    type NewJob = Parameters<typeof client.v1.jobs.$post>[0]['json'];
    // @ts-expect-error there is no such option
    const misspelled: NewJob = { task: 'send_welcome_email', proirity: 1 };
    // @ts-expect-error there is no such state
    await client.v1.jobs.$get({ query: { state: 'pending' } });
    const response = await client.v1.jobs.$post({ json: misspelled, header: {} });
    assert.equal(response.status as number, 422);
  });
});
