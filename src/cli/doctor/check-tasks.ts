import type { Session } from '../../db/connections/session.ts';
import { listTasks } from '../../look/tasks.ts';
import { listWorkers, type Worker } from '../../look/workers.ts';
import { countJobs } from './count-jobs.ts';
import { error, type Finding, warning } from './finding.ts';

/** Jobs that are counted at most, so that looking costs little in a long queue. */
const COUNTED = 1_000;

/** Every task a queue ever had jobs of. */
const TASKS_OF_QUEUES = `
  select string_agg(format('select %L as queue, %L as schema, t.id, t.identifier as task from %I._private_tasks t',
                           r.name, r.schema_name, r.schema_name), ' union all ') as query
  from howdah.queue_registry r`;

interface QueueTask {
  queue: string;
  schema: string;
  id: number;
  task: string;
}

/** Those that came with earlier versions: upkeep takes them away once no worker has them any more. */
const FORMER_TASKS = 'select task from howdah.former_tasks()';

/** Tasks whose newest version no living worker has, though some have another. */
const NEWEST_WITHOUT_WORKER = `
  select t.name, t.version
  from howdah.tasks t
  join howdah.workers w on w.state <> 'silent' and (w.tasks = '{}' or t.name = any (w.tasks))
  where t.version is not null
  group by t.name, t.version
  having bool_and(w.task_versions ->> t.name <> t.version)
  order by t.name`;

/**
 * Tasks that no living worker can run: with jobs in a queue that is served, and announced ones at all; and those of which
 * the workers have an older version only.
 */
export async function checkTasks(session: Session): Promise<Finding[]> {
  const workers = (await listWorkers(session)).filter(({ state }) => state !== 'silent');
  if (workers.length === 0) return [];
  const { rows } = await session.query<{ task: string }>(FORMER_TASKS);
  const former = rows.map(({ task }) => task);
  const stranded = await findStranded(session, { workers, former });
  const unknown = (await listTasks(session)).filter(
    ({ name }) => !former.includes(name) && !workers.some((worker) => knows(worker, name)),
  );
  return [
    ...stranded,
    ...unknown.map(({ name }) =>
      warning(`task "${name}" is known to no worker`, 'start a worker with the version that has it'),
    ),
    ...(await findOutdated(session)),
  ];
}

async function findOutdated(session: Session): Promise<Finding[]> {
  const { rows } = await session.query<{ name: string; version: string }>(NEWEST_WITHOUT_WORKER);
  return rows.map(({ name, version }) =>
    warning(
      `no worker has version ${version} of task "${name}", the newest: jobs that fit no older one wait`,
      'finish the deployment; docs/changing-a-payload.md tells what happens when it is taken back',
    ),
  );
}

async function findStranded(
  session: Session,
  { workers, former }: { workers: readonly Worker[]; former: readonly string[] },
): Promise<Finding[]> {
  const found: Finding[] = [];
  const tasks = (await readQueueTasks(session)).filter(({ task }) => !former.includes(task));
  for (const each of tasks) {
    const serving = workers.filter(({ queue }) => queue === each.queue);
    if (serving.length === 0 || serving.some((worker) => knows(worker, each.task))) continue;
    const count = await countLive(session, each);
    if (count > 0) found.push(reportStranded(each, count));
  }
  return found;
}

async function readQueueTasks(session: Session): Promise<QueueTask[]> {
  const { rows } = await session.query<{ query: string | null }>(TASKS_OF_QUEUES);
  const query = rows[0]?.query;
  if (!query) return [];
  return (await session.query<QueueTask>(`${query} order by queue, task`)).rows;
}

async function countLive(session: Session, { schema, id }: QueueTask): Promise<number> {
  const { rows } = await session.query<{ query: string }>(
    `select format('select count(*)::integer as count from (
       select from %I._private_jobs where task_id = $1 and locked_at is null limit ${COUNTED}) j', $1::text) as query`,
    [schema],
  );
  const counted = await session.query<{ count: number }>(rows[0]?.query ?? '', [id]);
  return counted.rows[0]?.count ?? 0;
}

function reportStranded({ task, queue }: QueueTask, count: number): Finding {
  const jobs = count === COUNTED ? `${COUNTED} jobs or more` : countJobs(count);
  return error(
    `${jobs} of task "${task}" in queue "${queue}", which no worker there knows`,
    'start a version that has the task, or discard them',
  );
}

/** A runner that names no tasks is taken to know all. */
function knows({ tasks }: Worker, task: string): boolean {
  return tasks.length === 0 || tasks.includes(task);
}
