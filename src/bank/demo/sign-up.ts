import { z } from 'zod';
import { withoutPassword } from './customer.ts';
import { post, read } from './requests.ts';
import type { Walk } from './walk.ts';

const signedUp = z.object({
  user: z.object({ id: z.string(), email_verified: z.literal(false) }),
  jobs: z.array(z.object({ id: z.string(), task: z.string(), queue: z.string() })),
});

export type SignedUpJob = z.infer<typeof signedUp>['jobs'][number];

interface Written {
  user_at: string;
  job_ats: string[];
}

/** The customer's user row and their two mail jobs, written by one transaction. */
export async function signUp(walk: Walk): Promise<SignedUpJob[]> {
  const { narrator, customer } = walk;
  narrator.sends(`POST /v1/users  ${withoutPassword(customer)}`);
  const answer = await post(walk, '/v1/users', customer);
  const { user, jobs } = read(signedUp, answer);
  narrator.receives(`${answer.status}  user ${user.id}, e-mail not verified yet`);
  for (const { id, task, queue } of jobs) narrator.note(`job ${id}  ${task.padEnd(18)}  queue ${queue}`);
  const tasks = jobs.map(({ task }) => task).sort();
  narrator.fact(
    tasks.join() === 'send_verify_email,send_welcome_email',
    'the answer names two jobs, one for each mail',
  );
  const { user_at, job_ats } = await readTimestamps(walk);
  narrator.fact(
    job_ats.length === 2 && job_ats.every((at) => at === user_at),
    `user row and both jobs come from one transaction, begun at ${user_at}`,
  );
  return jobs;
}

/** now() is the instant a transaction began, to the microsecond; all three rows have it from their default. */
async function readTimestamps({ database, customer }: Walk): Promise<Written> {
  const { rows } = await database.db.query<Written>(
    `select u.created_at::text as user_at,
            array(select j.created_at::text from howdah.jobs j where j.payload ->> 'user_account' = u.account) as job_ats
     from users u where u.account = $1`,
    [customer.account],
  );
  return rows[0] ?? { user_at: 'never', job_ats: [] };
}
