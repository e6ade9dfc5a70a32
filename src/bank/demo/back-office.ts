import { type RunningWorker, startWorker } from '../../index.ts';
import backOffice from '../back-office/app.ts';
import type { DemoRoute } from './route.ts';
import type { SignedUpJob } from './sign-up.ts';
import type { Walk } from './walk.ts';
import { watch } from './watch.ts';

/** Each of the bank's jobs is done when the broker has its message: what the bank keeps of it says where that is. */
export async function seeHandedOver(
  { database, narrator }: Walk,
  { broker }: DemoRoute,
  jobs: readonly SignedUpJob[],
): Promise<void> {
  for (const { id, task } of jobs) {
    const { rows } = await database.db.query<{ place: string }>(
      `select coalesce(result ->> 'routing_key', result ->> 'topic') as place from howdah.jobs where id = $1`,
      [id],
    );
    narrator.fact(
      rows[0]?.place?.endsWith(`.${task}`) === true,
      `${broker} has confirmed it in ${rows[0]?.place}`,
    );
  }
}

/** A second application, in a Howdah of its own, makes jobs of the messages and does the work. It ends with the stack. */
export async function seeBackOffice(
  walk: Walk,
  { source, read }: DemoRoute,
  { opened, handedOver }: { opened: AsyncDisposableStack; handedOver: readonly SignedUpJob[] },
): Promise<void> {
  const { service, services, narrator, customer, signal } = walk;
  const { sources = [], ...broker } = source ?? {};
  const worker: RunningWorker = await startWorker({
    app: { ...backOffice, sources },
    connectionString: service.databaseUrl,
    schema: 'back_office',
    services,
    ...broker,
    signal,
  });
  opened.use(worker);
  narrator.note('a worker of the application "back-office", whose Howdah is the schema back_office');
  if (read) {
    narrator.note(
      'kcat reads the topics, and back_office.enqueue makes a job of each message, with its id as key',
    );
    for (const { task } of handedOver) await enqueueAll(walk, task, await read(task));
  }
  const jobs = await watch(async () => {
    const { rows } = await walk.database.db.query<{ id: string; task: string; from: string }>(
      `select id, task, coalesce(headers ->> 'howdah-message-id', key) as "from" from back_office.jobs
       where state = 'completed' and payload ->> 'user_account' = $1 order by id`,
      [customer.account],
    );
    return rows.length >= 2 ? rows : undefined;
  }, signal);
  for (const { id, task, from } of jobs)
    narrator.fact(true, `job ${id}  ${task}  made of the message ${from}, done`);
}

/** As a consumer in any language would: a message that is read again finds the job that was made of it. */
async function enqueueAll(
  { database }: Walk,
  task: string,
  messages: readonly { id: string; body: string }[],
): Promise<void> {
  for (const { id, body } of messages)
    await database.db.query('select back_office.enqueue($1::text, $2::text::json, key => $3::text)', [
      task,
      body,
      id,
    ]);
}
