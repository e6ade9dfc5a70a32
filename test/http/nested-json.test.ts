import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { restoreBody } from '../../src/http/requests/restore-body.ts';
import { openApi, type TestApi } from './open-api.ts';
import { readProblem } from './open-app.ts';

let api: TestApi;
before(async () => {
  api = await openApi();
});
after(() => api.drop());

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const BEYOND = 'expected at most 512 lists and objects within each other, received more';

/** As deep as 64 KiB and a megabyte allow, and what lies between. */
for (const depth of [513, 6_000, 30_000]) {
  describe(`JSON that is nested ${depth} levels deep is refused`, () => {
    test('as a payload, of one job and in a batch', async () => {
      const job = `{"task":"send_welcome_email","payload":${nested(depth)}}`;
      const one = await readProblem(await api.send('POST', '/v1/jobs', { body: job }));
      assert.deepEqual([one.status, one.code], [422, 'invalid_payload']);
      assert.deepEqual(one.errors, [{ field: 'payload', message: BEYOND }]);
      const body = `{"jobs":[{"task":"send_welcome_email"},${job}]}`;
      const batch = await readProblem(await api.send('POST', '/v1/jobs/batch', { body }));
      assert.deepEqual(batch.errors, [{ field: 'jobs[1].payload', message: BEYOND }]);
    });

    test('as a part of payloads to look for', async () => {
      const body = `{"filter":{"payload_contains":${nested(depth)}},"dry_run":true}`;
      const { status, errors } = await readProblem(await api.send('POST', '/v1/jobs/bulk/retry', { body }));
      assert.deepEqual([status, errors[0]?.field], [422, 'filter.payload_contains']);
      assert.match(errors[0]?.message ?? '', /^expected at most 512 lists/);
    });

    test('anywhere else', async () => {
      for (const path of ['/v1/jobs', '/v1/jobs/bulk/retry', '/v1/users', '/v1/queues/default/pause']) {
        const body = `{"reason":${nested(depth)}}`;
        assert.equal((await api.send('POST', path, { body })).status, 422);
        assert.equal((await api.send('POST', path, { body: nested(depth) })).status, 422);
      }
    });
  });
}

test('JSON that a framework has parsed before us is refused for it as well', async () => {
  const parsed = JSON.parse(`{"task":"send_welcome_email","payload":${nested(6_000)}}`);
  const incoming = {
    headers: { 'content-length': '1' },
    readableDidRead: true,
    body: parsed,
    rawBody: undefined,
  };
  assert.ok(restoreBody(incoming));
  const body = String(incoming.rawBody);
  const { status, errors } = await readProblem(await api.send('POST', '/v1/jobs', { body }));
  assert.deepEqual([status, errors], [422, [{ field: 'payload', message: BEYOND }]]);
});

test('a part of payloads that is nested 513 levels deep is refused in an address', async () => {
  const path = `/v1/jobs?payload_contains=${encodeURIComponent(nested(513))}`;
  const { status, errors } = await readProblem(await api.send('GET', path));
  assert.deepEqual([status, errors[0]?.field], [422, 'payload_contains']);
});

test('a job whose payload and result are nested 6,000 levels deep is shown, cut, and in the list', async () => {
  await api.customers.rows('alter table graphile_worker._private_jobs disable trigger howdah_refuse_payload');
  const [row] = await api.customers.rows<{ id: string }>(
    `select id::text from graphile_worker.add_job('send_welcome_email', '${nested(6_000)}'::json, run_at => now() + interval '1 h')`,
  );
  const id = row?.id ?? '';
  const { job } = await api.json<{ job: { payload: unknown } }>(200, 'GET', `/v1/jobs/${id}`);
  assert.match(
    JSON.stringify(job.payload),
    /^\[{512}"\[more than 512 lists and objects within each other\]"\]{512}$/,
  );
  await api.json(200, 'GET', '/v1/jobs?task=send_welcome_email');
  await api.json(200, 'POST', `/v1/jobs/${id}/cancel`);
  await api.customers.rows(
    `update howdah.job_history set result = '${nested(6_000)}'::json where id = ${id}`,
  );
  await api.json(200, 'GET', `/v1/jobs/${id}`);
});
