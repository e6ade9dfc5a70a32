import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openApi, type TestApi } from './open-api.ts';
import { mistakenFields } from './open-app.ts';

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
