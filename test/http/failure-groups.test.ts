import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openApi, type TestApi } from './open-api.ts';
import { mistakenFields, outcomeOf } from './open-app.ts';

let api: TestApi;
before(async () => {
  api = await openApi();
});
after(() => api.drop());

interface Listed {
  failures: { id: string; task: string; error: string; jobs: number; newest_ids: string[] }[];
  capped: boolean;
}

describe('GET /v1/failures', () => {
  test('groups what failed, for viewers too, and its ids find and change the jobs', async () => {
    assert.deepEqual(await api.json<Listed>(200, 'GET', '/v1/failures'), { failures: [], capped: false });
    const ids: string[] = [];
    for (const reason of ['mailbox 7 is full', 'mailbox 8 is full', 'nobody wants it']) {
      const { id } = await api.enqueue();
      await api.json(200, 'POST', `/v1/jobs/${id}/discard`, { body: { reason } });
      ids.push(id);
    }
    const { failures, capped } = await api.json<Listed>(200, 'GET', '/v1/failures', { token: 'viewer' });
    assert.equal(capped, false);
    assert.deepEqual(
      failures.map(({ task, error, jobs, newest_ids }) => [task, error, jobs, newest_ids]),
      [
        ['send_welcome_email', 'mailbox … is full', 2, [ids[1], ids[0]]],
        ['send_welcome_email', 'nobody wants it', 1, [ids[2]]],
      ],
    );
    const { jobs } = await api.json<{ jobs: { id: string }[] }>(
      200,
      'GET',
      `/v1/jobs?failure=${failures[0]?.id}&attempts_below=1&id=${ids[0]},${ids[2]}`,
    );
    assert.deepEqual(
      jobs.map(({ id }) => id),
      [ids[0]],
    );
    const filter = { failure: failures[0]?.id, id: ids[1] };
    const report = await api.json(200, 'POST', '/v1/jobs/bulk/retry', { body: { filter } });
    assert.equal((report as { changed: number }).changed, 1);
    const one = await api.json<Listed>(200, 'GET', '/v1/failures?limit=1');
    assert.equal(one.failures.length, 1);
  });

  for (const query of ['limit=0', 'limit=1001', 'limit=x'])
    test(`refuses ${query}`, async () =>
      assert.deepEqual(await mistakenFields(await api.send('GET', `/v1/failures?${query}`)), ['limit']));

  for (const query of [
    'failure=9F',
    'trace=1',
    'attempts_above=-1',
    'attempts_below=1.5',
    'id=0',
    'id=1,',
    'sequence=',
  ])
    test(`a look at jobs refuses ${query}`, async () => {
      const [field] = query.split('=');
      assert.deepEqual(await mistakenFields(await api.send('GET', `/v1/jobs?${query}`)), [field]);
    });
});

interface Detail {
  failure: { discarded: number } | null;
  canaries: {
    counts: Record<string, number>;
    jobs: { id: string }[];
    started_by: string;
    is_over: boolean;
  }[];
}

describe('/v1/failures/{id}/canary', () => {
  test('retries some jobs once for a key, and shows how they went', async () => {
    await api.clear();
    const ids: string[] = [];
    for (const n of [1, 2, 3]) {
      const { id } = await api.enqueue();
      await api.json(200, 'POST', `/v1/jobs/${id}/discard`, { body: { reason: `mailbox ${n} is full` } });
      ids.push(id);
    }
    const { failures } = await api.json<Listed>(200, 'GET', '/v1/failures');
    const path = `/v1/failures/${failures[0]?.id}`;
    const order = { body: { jobs: 2, reason: 'emptied' }, headers: { 'Idempotency-Key': 'canary-1' } };
    const first = await api.json<{ canary: Detail['canaries'][0] }>(200, 'POST', `${path}/canary`, order);
    assert.deepEqual(
      first.canary.jobs.map(({ id }) => id),
      [ids[2], ids[1]],
    );
    assert.deepEqual(await api.json(200, 'POST', `${path}/canary`, order), first);
    await api.json(200, 'POST', `/v1/jobs/${ids[2]}/cancel`);
    const seen = await api.json<Detail>(200, 'GET', path, { token: 'viewer' });
    assert.deepEqual([seen.failure?.discarded, seen.canaries.length], [1, 1]);
    const [canary] = seen.canaries;
    assert.deepEqual(
      [canary?.counts, canary?.is_over, canary?.started_by],
      [{ cancelled: 1, waiting: 1 }, false, 'admin'],
    );
    const latest = await api.json(200, 'GET', `${path}/canary`, { token: 'viewer' });
    assert.deepEqual(latest, { canary });
    await api.json(200, 'POST', `${path}/canary`);
    assert.equal((await api.json<Detail>(200, 'GET', path)).failure, null);
    assert.deepEqual(await outcomeOf(await api.send('POST', `${path}/canary`)), [409, 'wrong_state']);
  });

  test('is refused to viewers, and for what is no group', async () => {
    const none = `/v1/failures/${'0'.repeat(16)}`;
    assert.deepEqual(await outcomeOf(await api.send('POST', `${none}/canary`, { token: 'viewer' })), [
      403,
      'forbidden',
    ]);
    assert.deepEqual(await outcomeOf(await api.send('GET', none)), [404, 'not_found']);
    assert.deepEqual(await outcomeOf(await api.send('GET', `${none}/canary`)), [404, 'not_found']);
    assert.deepEqual(await outcomeOf(await api.send('POST', `${none}/canary`)), [409, 'wrong_state']);
    assert.deepEqual(await mistakenFields(await api.send('GET', '/v1/failures/x')), ['id']);
    const body = { jobs: 101 };
    assert.deepEqual(await mistakenFields(await api.send('POST', `${none}/canary`, { body })), ['jobs']);
  });
});
