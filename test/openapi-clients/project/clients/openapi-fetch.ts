import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import type { paths } from '../generated/openapi-typescript';
import { holdSession, token, url } from '../session';

const api = createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${token}` } });

void holdSession({
  async enqueue(account) {
    const body = { task: 'send_welcome_email', payload: { user_account: account } };
    const { data, error } = await api.POST('/v1/jobs', { body });
    return data?.job.id ?? assert.fail(JSON.stringify(error));
  },
  async wait(id) {
    const params = { path: { id }, query: { wait: '30s' } };
    const { data, error } = await api.GET('/v1/jobs/{id}', { params });
    return data?.job.state ?? assert.fail(JSON.stringify(error));
  },
  async page(cursor) {
    const query = { state: ['discarded' as const, 'completed' as const], limit: 1, cursor };
    const { data, error } = await api.GET('/v1/jobs', { params: { query } });
    if (!data) return assert.fail(JSON.stringify(error));
    return { ids: data.jobs.map(({ id }) => id), next: data.next_cursor };
  },
  async retry(id) {
    const { data, error } = await api.POST('/v1/jobs/{id}/retry', { params: { path: { id } } });
    return data?.job.state ?? assert.fail(JSON.stringify(error));
  },
  async countDiscarded() {
    const body = { filter: { state: 'discarded' as const }, dry_run: true };
    const { data, error } = await api.POST('/v1/jobs/bulk/retry', { body });
    return data?.matched ?? assert.fail(JSON.stringify(error));
  },
  async pause(name) {
    const { data, error } = await api.POST('/v1/queues/{name}/pause', {
      params: { path: { name } },
      body: { reason: 'a session' },
    });
    return data?.queue.is_paused ?? assert.fail(JSON.stringify(error));
  },
  async resume(name) {
    const { data, error } = await api.POST('/v1/queues/{name}/resume', { params: { path: { name } } });
    return data?.queue.is_paused ?? assert.fail(JSON.stringify(error));
  },
  async *events() {
    const { data, error } = await api.GET('/v1/events', { parseAs: 'stream' });
    if (!data) return assert.fail(JSON.stringify(error));
    for await (const chunk of data) yield Buffer.from(chunk).toString();
  },
  async askForNothing() {
    const { error } = await api.GET('/v1/jobs/{id}', { params: { path: { id: '999999999' } } });
    return error?.code ?? assert.fail('it is there');
  },
});
