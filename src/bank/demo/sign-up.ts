import { z } from 'zod';
import { withoutPassword } from './customer.ts';
import { post, read } from './requests.ts';
import type { Walk } from './walk.ts';

const signedUp = z.object({ accepted: z.literal(true) });

export interface SignedUpJob {
  id: string;
  task: string;
  queue: string;
}

interface Written {
  user_at: string;
  jobs: (SignedUpJob & { created_at: string })[];
}

/** The customer's user row and their two mail jobs, written by one transaction. */
export async function signUp(walk: Walk): Promise<SignedUpJob[]> {
  const { narrator, customer } = walk;
  narrator.sends(`POST /v1/users  ${withoutPassword(customer)}`);
  const answer = await post(walk, '/v1/users', customer);
  read(signedUp, answer);
  narrator.receives(`${answer.status}  accepted, as it is for an address that is a customer's already`);
  const { user_at, jobs } = await readWritten(walk);
  for (const { id, task, queue } of jobs) narrator.note(`job ${id}  ${task.padEnd(18)}  queue ${queue}`);
  const tasks = jobs.map(({ task }) => task).sort();
  narrator.fact(
    tasks.join() === 'send_verify_email,send_welcome_email',
    'two jobs are there, one for each mail',
  );
  narrator.fact(
    jobs.length === 2 && jobs.every(({ created_at }) => created_at === user_at),
    `user row and both jobs come from one transaction, begun at ${user_at}`,
  );
  return jobs;
}

/** now() is the instant a transaction began, to the microsecond; all three rows have it from their default. */
async function readWritten({ database, customer }: Walk): Promise<Written> {
  const { rows } = await database.db.query<Written>(
    `select u.created_at::text as user_at,
            (select json_agg(json_build_object('id', j.id::text, 'task', j.task, 'queue', j.queue,
                                               'created_at', j.created_at::text) order by j.id)
             from howdah.jobs j where j.payload ->> 'user_account' = u.account) as jobs
     from users u where u.account = $1`,
    [customer.account],
  );
  return rows[0] ?? { user_at: 'never', jobs: [] };
}
