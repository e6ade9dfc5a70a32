import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { z } from 'zod';
import { announceTasks } from '../../src/enqueue/announce-tasks.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { catalogue } from '../support/bank-catalogue.ts';
import { openApi, type TestApi } from './open-api.ts';
import { outcomeOf } from './open-app.ts';

let api: TestApi;
before(async () => {
  api = await openApi();
});
beforeEach(() => api.clear());
after(() => api.drop());

const OLD = { task: 'send_welcome_email', payload: { user_account: 'ada' } };
const NEW = { task: 'send_welcome_email', payload: { user_account: 'ada', tone: 'warm' } };

test('requests of a newer release’s clients reach an older API, once a process of that release is there', async () => {
  assert.deepEqual(await outcomeOf(await api.send('POST', '/v1/jobs', { body: NEW })), [
    422,
    'invalid_payload',
  ]);
  const release = defineTask({
    name: 'send_welcome_email',
    payload: z.strictObject({ user_account: z.string(), tone: z.string() }),
  });
  await announceTasks(api.customers.pool, createCatalogue([release]));
  await announceTasks(api.customers.pool, catalogue);
  await api.enqueue(NEW);
  await api.enqueue(OLD);
  const response = await api.send('POST', '/v1/jobs/batch', { body: { jobs: [NEW, OLD, NEW] } });
  assert.equal(response.status, 201);
  const bad = { task: 'send_welcome_email', payload: { user_account: 1 } };
  assert.deepEqual(await outcomeOf(await api.send('POST', '/v1/jobs', { body: bad })), [
    422,
    'invalid_payload',
  ]);
});
