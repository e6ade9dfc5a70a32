import type pg from 'pg';
import { openPool } from '../support/open-pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import type { JobRow } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

/** The bank's database as somebody beside the service sees it. */
export interface Bank {
  readonly database: TestDatabase;
  readonly pool: pg.Pool;
  /** Every job for a customer, oldest first, of an account or of all; none of those that run by the clock. */
  jobs(account?: string): Promise<JobRow[]>;
  job(id: string): Promise<JobRow>;
  untilState(id: string, state: string): Promise<JobRow>;
  /** Lets a waiting job of the queue `critical` run now, as an operator does. */
  runNow(id: string): Promise<void>;
  /** How many users have that account: 0 or 1. */
  userCount(account: string): Promise<number>;
}

/** A migrated database; dropped with the stack. */
export async function openBank(stack: AsyncDisposableStack): Promise<Bank> {
  const database = await createTestDatabase();
  stack.defer(() => database.drop());
  const pool = openPool(database.connectionString, { max: 4 });
  pool.on('error', () => {});
  stack.defer(() => pool.end());
  const job = (id: string) => readJob(pool, id);
  return {
    database,
    pool,
    jobs: (account) => readJobs(pool, account),
    job,
    untilState: (id, state) =>
      waitFor(`job ${id} to be ${state}`, async () => {
        const row = await job(id);
        return row.state === state ? row : undefined;
      }),
    runNow: (id) => runNow(pool, id),
    async userCount(account) {
      const { rows } = await pool.query('select from users where account = $1', [account]);
      return rows.length;
    },
  };
}

/** A sign-up over HTTP with everything in order. */
export function signUp(url: string, account: string, fields: Record<string, string> = {}): Promise<Response> {
  const email = `${account}@customers.example`;
  const body = { account, username: `Name of ${account}`, email, password: 'correct horse', ...fields };
  const headers = { 'Content-Type': 'application/json' };
  return fetch(`${url}/v1/users`, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** The two jobs of a sign-up that must succeed, which whoever signs up is not told. */
export async function signUpJobs(url: string, account: string): Promise<{ verify: string; welcome: string }> {
  const response = await signUp(url, account);
  if (response.status !== 202) throw new Error(`sign-up answered ${response.status}`);
  const payload = encodeURIComponent(JSON.stringify({ user_account: account }));
  const headers = { Authorization: 'Bearer the-operator-for-tests' };
  const answer = await fetch(`${url}/v1/jobs?payload_contains=${payload}`, { headers });
  const { jobs } = (await answer.json()) as { jobs: { id: string; task: string }[] };
  const idOf = (task: string) => jobs.find((job) => job.task === task)?.id ?? '';
  return { verify: idOf('send_verify_email'), welcome: idOf('send_welcome_email') };
}

/** The link of a verification mail. */
export function linkIn(text: string): string {
  const [link] = /http:\S+\/verify-email\?\S+/.exec(text) ?? [];
  if (!link) throw new Error(`there is no link in: ${text}`);
  return link;
}

async function readJobs(pool: pg.Pool, account: string | undefined): Promise<JobRow[]> {
  const { rows } = await pool.query<JobRow>(
    `select * from howdah.jobs where payload ->> 'user_account' = coalesce($1, payload ->> 'user_account') order by id`,
    [account ?? null],
  );
  return rows;
}

async function readJob(pool: pg.Pool, id: string): Promise<JobRow> {
  const { rows } = await pool.query<JobRow>('select * from howdah.jobs where id = $1', [id]);
  const [row] = rows;
  if (!row) throw new Error(`there is no job ${id}`);
  return row;
}

async function runNow(pool: pg.Pool, id: string): Promise<void> {
  await pool.query('update graphile_worker_critical._private_jobs set run_at = now() where id = $1', [id]);
  await pool.query(`select pg_notify('jobs:insert', '{"r":"test","count":1}')`);
}
