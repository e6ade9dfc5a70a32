import assert from 'node:assert/strict';
import * as api from '../generated/orval';
import { EnqueueJobBody, SignUpBody } from '../generated/orval-zod';
import { holdSession } from '../session';

/** What the service takes is not refused before it is sent. */
SignUpBody.parse({
  account: 'ada',
  username: 'Ada Lovelace, Countess 🐘',
  email: 'ada@example.com',
  password: 'correct horse battery',
});

void holdSession({
  async enqueue(account) {
    const job = EnqueueJobBody.parse({ task: 'send_welcome_email', payload: { user_account: account } });
    const { status, data } = await api.enqueueJob(job);
    return status === 201 ? data.job.id : assert.fail(JSON.stringify(data));
  },
  async wait(id) {
    const { status, data } = await api.getJob(id, { wait: '30s' });
    return status === 200 ? data.job.state : assert.fail(JSON.stringify(data));
  },
  async page(cursor) {
    const { status, data } = await api.listJobs({ state: ['discarded', 'completed'], limit: 1, cursor });
    if (status !== 200) return assert.fail(JSON.stringify(data));
    return { ids: data.jobs.map(({ id }) => id), next: data.next_cursor };
  },
  async retry(id) {
    const { status, data } = await api.retryJob(id);
    return status === 200 ? data.job.state : assert.fail(JSON.stringify(data));
  },
  async countDiscarded() {
    const { status, data } = await api.retryJobs({ filter: { state: 'discarded' }, dry_run: true });
    return status === 200 ? data.matched : assert.fail(JSON.stringify(data));
  },
  async pause(name) {
    const { status, data } = await api.pauseQueue(name, { reason: 'a session' });
    return status === 200 ? data.queue.is_paused : assert.fail(JSON.stringify(data));
  },
  async resume(name) {
    const { status, data } = await api.resumeQueue(name);
    return status === 200 ? data.queue.is_paused : assert.fail(JSON.stringify(data));
  },
  async *events() {
    const { data } = await api.followEvents();
    for await (const chunk of data as unknown as ReadableStream<Uint8Array>)
      yield Buffer.from(chunk).toString();
  },
  async askForNothing() {
    const { status, data } = await api.getJob('999999999');
    return status === 404 ? data.code : assert.fail(JSON.stringify(data));
  },
});
