import type { PoolClient } from 'pg';
import { z } from 'zod';
import { withoutPassword } from './customer.ts';
import { post, read } from './requests.ts';
import type { Walk } from './walk.ts';

const problem = z.object({ status: z.literal(409), code: z.string(), detail: z.string() });

interface Counts {
  users: number;
  jobs: number;
}

/** The same account again, with another e-mail address: refused, and nothing of it stays. */
export async function signUpAgain(walk: Walk): Promise<void> {
  const { narrator, customer } = walk;
  const before = await count(walk);
  const again = { ...customer, email: `again-${customer.email}` };
  narrator.sends(`POST /v1/users  ${withoutPassword(again)}`);
  const { code, detail } = read(problem, await post(walk, '/v1/users', again));
  narrator.receives(`409  ${code}: ${detail}`);
  await provePreserved(walk, before);
}

/** A sign-up in plain SQL that fails at its very end, when user and job are written. */
export async function failAfterEnqueue(walk: Walk): Promise<void> {
  const before = await count(walk);
  const jobId = await enqueueAndRollBack(walk);
  await provePreserved(walk, before);
  walk.narrator.fact(!(await isVisible(walk, jobId)), `job ${jobId} never was`);
}

async function enqueueAndRollBack(walk: Walk): Promise<string> {
  const { narrator, database } = walk;
  const client = await database.db.connect();
  try {
    await client.query('begin');
    narrator.sends(`begin; insert into users …; select howdah.enqueue('send_verify_email', …);`);
    const jobId = await insertUserAndJob(client, nobody(walk));
    narrator.fact(
      !(await isVisible(walk, jobId)),
      `job ${jobId} is written, and only its transaction sees it`,
    );
    narrator.receives('something fails: rollback');
    return jobId;
  } finally {
    await client.query('rollback');
    client.release();
  }
}

async function insertUserAndJob(client: PoolClient, account: string): Promise<string> {
  await client.query(
    `insert into users (account, username, email, password_hash) values ($1, 'Nobody', $1 || '@example.com', '-')`,
    [account],
  );
  const { rows } = await client.query<{ id: string }>(
    `select howdah.enqueue('send_verify_email', json_build_object('user_account', $1::text)) as id`,
    [account],
  );
  return rows[0]?.id ?? 'unknown';
}

function nobody({ customer }: Walk): string {
  return `nobody-${customer.account}`;
}

async function isVisible({ database }: Walk, jobId: string): Promise<boolean> {
  const { rowCount } = await database.db.query('select from howdah.jobs where id = $1', [jobId]);
  return rowCount !== 0;
}

async function provePreserved(walk: Walk, before: Counts): Promise<void> {
  const after = await count(walk);
  walk.narrator.fact(
    after.users === before.users && after.jobs === before.jobs,
    `neither user nor job stays: users ${after.users}, jobs ${after.jobs}, as before`,
  );
}

/** Rows of this run's customers, real and refused; their names all contain the account. */
async function count({ database, customer }: Walk): Promise<Counts> {
  const { rows } = await database.db.query<Counts>(
    `select (select count(*)::int from users where email like '%' || $1 || '%') as users,
            (select count(*)::int from howdah.jobs
             where payload ->> 'user_account' like '%' || $1) as jobs`,
    [customer.account],
  );
  return rows[0] ?? { users: -1, jobs: -1 };
}
