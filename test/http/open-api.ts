import assert from 'node:assert/strict';
import { type ApiDocument, answerCheck } from './described-answers.ts';
import { ADMIN_TOKEN, openApp, type TestApp, VIEWER_TOKEN, WORKER_TOKEN } from './open-app.ts';

/** A job, as far as tests look at it. */
export interface ApiJob {
  id: string;
  state: string;
  [field: string]: unknown;
}

/** The API over a database of its own, asked with a token. */
export interface TestApi extends TestApp {
  /** With the admin token unless told. Fails when the OpenAPI document does not describe the answer. */
  send(method: string, path: string, options?: SendOptions): Promise<Response>;
  /** The JSON of an answer that must have this status. */
  json<Body>(status: number, method: string, path: string, options?: SendOptions): Promise<Body>;
  /** A job of the welcome mail, enqueued over HTTP. */
  enqueue(options?: Record<string, unknown>): Promise<ApiJob>;
  /** Removes all jobs and what is kept about them. */
  clear(): Promise<void>;
}

export interface SendOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /** @default the admin's */
  token?: 'admin' | 'viewer' | 'worker' | 'none';
}

const TOKENS = { admin: ADMIN_TOKEN, viewer: VIEWER_TOKEN, worker: WORKER_TOKEN, none: undefined };

function isRaw(body: unknown): body is string | Uint8Array<ArrayBuffer> {
  return typeof body === 'string' || body instanceof Uint8Array;
}

export async function openApi(): Promise<TestApi> {
  const http = await openApp();
  const check = answerCheck((await (await http.app.request('/openapi.json')).json()) as ApiDocument);
  const send: TestApi['send'] = async (method, path, { body, headers = {}, token = 'admin' } = {}) => {
    const secret = TOKENS[token];
    const answer = await http.app.request(path, {
      method,
      headers: {
        ...(secret === undefined ? {} : { Authorization: `Bearer ${secret}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isRaw(body) ? body : JSON.stringify(body) }),
    });
    await check(method, path, answer);
    return answer;
  };
  const json = async <Body>(...[status, method, path, options]: Parameters<TestApi['json']>) => {
    const response = await send(method, path, options);
    const text = await response.text();
    assert.equal(response.status, status, text);
    return JSON.parse(text) as Body;
  };
  return {
    ...http,
    send,
    json,
    async enqueue(options = {}) {
      const body = { task: 'send_welcome_email', payload: { user_account: 'ada' }, ...options };
      return (await json<{ job: ApiJob }>(201, 'POST', '/v1/jobs', { body })).job;
    },
    async clear() {
      await http.customers.rows('delete from graphile_worker._private_jobs');
      await http.customers.rows('delete from graphile_worker_critical._private_jobs');
      await http.customers.rows(`delete from howdah.runners where kind = 'lease'`);
      await http.customers.rows(
        'truncate howdah.job_history, howdah.job_errors, howdah.audit_log, howdah.idempotency_keys',
      );
    },
  };
}
