import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { announceTasks } from '../../src/enqueue/announce-tasks.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { openApi, type TestApi } from './open-api.ts';
import { readProblem } from './open-app.ts';

let api: TestApi;
before(async () => {
  api = await openApi();
  const takesAnything = defineTask({ name: 'takes_anything', payload: z.unknown() });
  await announceTasks(api.customers.pool, createCatalogue([takesAnything]));
});
after(() => api.drop());

const job = (payload: string) => `{"task":"takes_anything","delay":"1h","payload":${payload}}`;

async function assertRefused(path: string, body: string, expected: { number: string; field: string }) {
  const problem = await readProblem(await api.send('POST', path, { body }));
  assert.deepEqual([problem.status, problem.code], [422, 'invalid_request']);
  assert.ok(problem.detail.includes(expected.number), problem.detail);
  assert.equal(problem.errors?.[0]?.field, expected.field);
}

describe('a number in a body', () => {
  for (const number of [
    '9007199254740993',
    '18446744073709551616',
    '-12345678901234567890',
    '1234567890123456791.0',
    '1.234567890123456791e18',
    '1e400',
    '-1E999',
  ]) {
    test(`is refused when JavaScript would change it: ${number}`, async () => {
      await assertRefused('/v1/jobs', job(`{"id":${number}}`), { number, field: 'payload.id' });
      const batch = `{"jobs":[${job('[1]')},${job(`[[${number}]]`)}]}`;
      await assertRefused('/v1/jobs/batch', batch, { number, field: 'jobs[1].payload[0][0]' });
      const filter = `{"filter":{"payload_contains":{"id":${number}}}}`;
      const field = 'filter.payload_contains.id';
      await assertRefused('/v1/jobs/bulk/cancel', filter, { number, field });
      const query = encodeURIComponent(`{"id":${number}}`);
      assert.equal((await api.send('GET', `/v1/jobs?payload_contains=${query}`)).status, 422);
    });
  }

  for (const payload of [
    '{"id":9007199254740991,"other":9007199254740992}',
    '{"id":"12345678901234567890","long":0.1234567890123456}',
    '{"big":1e300,"whole":10000000000000000000000}',
  ]) {
    test(`is kept when JavaScript can hold it, and in a text: ${payload}`, async () => {
      const { job: made } = await api.json<{ job: { id: string } }>(201, 'POST', '/v1/jobs', {
        body: job(payload),
      });
      const [row] = await api.customers.rows<{ isSame: boolean }>(
        'select payload::jsonb = $2::jsonb as "isSame" from howdah.jobs where id = $1',
        [made.id, payload],
      );
      assert.ok(row?.isSame);
    });
  }
});

test('a number in an answer has every digit that the database has', async () => {
  const payload = '{"id":1234567890123456791,"of":[18446744073709551616,1]}';
  const [row] = await api.customers.rows<{ id: string }>(
    `select howdah.enqueue('takes_anything', $1, delay => '1 hour') as id`,
    [payload],
  );
  const answer = await api.send('GET', `/v1/jobs/${row?.id}`);
  assert.match(await answer.text(), /"payload":\{"id":1234567890123456791,"of":\[18446744073709551616,1\]\}/);
});

test('a name of a member stays what it is, whatever others have sent before', async () => {
  const isKept = async (payload: string) => {
    const made = await api.send('POST', '/v1/jobs', { body: job(payload) });
    const [, id] = /"id":"(\d+)"/.exec(await made.text()) ?? [];
    const answer = await (await api.send('GET', `/v1/jobs/${id}`)).text();
    assert.ok(answer.includes(`"payload":${payload}`), answer);
  };
  await isKept('{"x":1,"a\\\\":1}');
  await isKept('{"x":2,"a\\n":1}');
});
