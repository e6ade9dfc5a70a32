import assert from 'node:assert/strict';
import * as api from '../generated/hey-api';
import { client } from '../generated/hey-api/client.gen';
import { holdSession, token, url } from '../session';

client.setConfig({ baseUrl: url, auth: () => token });

void holdSession({
  async enqueue(account) {
    const body = { task: 'send_welcome_email', payload: { user_account: account } };
    const { data, error } = await api.enqueueJob({ body });
    return data?.job.id ?? assert.fail(JSON.stringify(error));
  },
  async wait(id) {
    const { data, error } = await api.getJob({ path: { id }, query: { wait: '30s' } });
    return data?.job.state ?? assert.fail(JSON.stringify(error));
  },
  async page(cursor) {
    const { data, error } = await api.listJobs({
      query: { state: ['discarded', 'completed'], limit: 1, ...(cursor === undefined ? {} : { cursor }) },
    });
    if (!data) return assert.fail(JSON.stringify(error));
    return { ids: data.jobs.map(({ id }) => id), next: data.next_cursor };
  },
  async retry(id) {
    const { data, error } = await api.retryJob({ path: { id } });
    return data?.job.state ?? assert.fail(JSON.stringify(error));
  },
  async countDiscarded() {
    const { data, error } = await api.retryJobs({
      body: { filter: { state: ['discarded'] }, dry_run: true },
    });
    return data?.matched ?? assert.fail(JSON.stringify(error));
  },
  async pause(name) {
    const { data, error } = await api.pauseQueue({ path: { name }, body: { reason: 'a session' } });
    return data?.queue.is_paused ?? assert.fail(JSON.stringify(error));
  },
  async resume(name) {
    const { data, error } = await api.resumeQueue({ path: { name } });
    return data?.queue.is_paused ?? assert.fail(JSON.stringify(error));
  },
  async *events() {
    const gone = new AbortController();
    const { stream } = await api.followEvents({ signal: gone.signal });
    try {
      yield* stream;
    } finally {
      gone.abort();
    }
  },
  async askForNothing() {
    const { error } = await api.getJob({ path: { id: '999999999' } });
    return error?.code ?? assert.fail('it is there');
  },
});
