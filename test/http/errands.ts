import assert from 'node:assert/strict';
import type { App } from '../../src/http/app-dependencies.ts';
import { ADA, type Customers } from '../bank/users/open-customers.ts';
import { ADMIN_TOKEN, jsonPost } from './open-app.ts';

/** Something that a request does once, however often it is sent. */
export interface Errand {
  send(): Promise<Response>;
  /** How often it was done, by what is in the database. Fails when it was half done. */
  timesDone(): Promise<number>;
}

/** Whom the requests go to, and where what they did is looked up. */
export interface Desk {
  app: App;
  customers: Customers;
}

/** Makes one of its kind that nobody has sent; the name is its own. */
export type MakeErrand = (desk: Desk, name: string) => Promise<Errand>;

/** One welcome mail, with an Idempotency-Key. */
export const enqueue: MakeErrand = async ({ app, customers }, name) => {
  const body = { task: 'send_welcome_email', payload: { user_account: name } };
  return {
    send: () => post(app, { path: '/v1/jobs', body, key: name }),
    async timesDone() {
      const jobs = await count(customers, `from howdah.jobs where payload ->> 'user_account' = $1`, name);
      const records = await count(
        customers,
        `from howdah.audit_log a join howdah.jobs j on j.id = any (a.job_ids) where j.payload ->> 'user_account' = $1`,
        name,
      );
      assert.equal(records, jobs);
      return jobs;
    },
  };
};

/** Of one waiting job, with an Idempotency-Key. */
export const cancel: MakeErrand = async ({ app, customers }, name) => {
  const [id = ''] = await addJobs(customers, name, 1);
  return {
    send: () => post(app, { path: `/v1/jobs/${id}/cancel`, body: {}, key: name }),
    timesDone: () => countCancellations(customers, id),
  };
};

/** Of all jobs that wait in a queue, two of them, with an Idempotency-Key. */
export const cancelMatching: MakeErrand = async ({ app, customers }, name) => {
  const [first = '', second = ''] = await addJobs(customers, name, 2);
  const body = { filter: { queue: 'critical' }, max: 100 };
  return {
    send: () => post(app, { path: '/v1/jobs/bulk/cancel', body, key: name }),
    async timesDone() {
      const times = await countCancellations(customers, first);
      assert.equal(await countCancellations(customers, second), times);
      return times;
    },
  };
};

/** Which takes no Idempotency-Key: whoever asks again is told that the account is taken. */
export const signUp: MakeErrand = async ({ app, customers }, account) => {
  const body = { ...ADA, account, email: `${account}@customers.example` };
  return {
    send: async () => app.request('/v1/users', jsonPost(body)),
    async timesDone() {
      const users = await count(customers, 'from users where account = $1', account);
      const jobs = await count(customers, `from howdah.jobs where payload ->> 'user_account' = $1`, account);
      const open = await count(
        customers,
        'from verifications v join users u on u.id = v.user_id where u.account = $1',
        account,
      );
      assert.deepEqual([jobs, open], [2 * users, users]);
      return users;
    },
  };
};

/** The problem's code, or `ok`. */
export async function codeOf(response: Response): Promise<string> {
  return response.ok ? 'ok' : ((await response.json()) as { code: string }).code;
}

async function post(
  app: App,
  { path, body, key }: { path: string; body: unknown; key: string },
): Promise<Response> {
  const init = jsonPost(body);
  const headers = { ...init.headers, Authorization: `Bearer ${ADMIN_TOKEN}`, 'Idempotency-Key': key };
  return app.request(path, { ...init, headers });
}

async function count({ rows }: Customers, from: string, value: string): Promise<number> {
  const [row] = await rows<{ count: number }>(`select count(*)::integer ${from}`, [value]);
  return row?.count ?? 0;
}

function countCancellations(customers: Customers, id: string): Promise<number> {
  return count(
    customers,
    `from howdah.audit_log where action like '%cancel%' and $1::bigint = any (job_ids)`,
    id,
  );
}

async function addJobs({ rows }: Customers, name: string, times: number): Promise<string[]> {
  const added = await rows<{ id: string }>(
    `select howdah.enqueue('send_welcome_email', jsonb_build_object('user_account', $1::text)::json,
                           queue => 'critical', run_at => now() + interval '1 hour')::text as id
     from generate_series(1, $2::integer)`,
    [name, times],
  );
  return added.map(({ id }) => id);
}
