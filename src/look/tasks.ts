import { translatingErrors } from '../db/command-error.ts';
import { queryRows, type SqlClient } from '../db/sql-client.ts';

/** A task as the processes that know it announced it. */
export interface KnownTask {
  name: string;
  /** Whose it is. */
  application: string;
  /** Where its jobs go unless an enqueue says otherwise. */
  queue: string;
  maxRetries: number;
  /** Limit of one run, 0 for none. */
  timeoutMs: number;
  /** Field of the payload whose value is the sequence of a job whose enqueue names none; null for none. */
  orderBy: string | null;
  /**
   * Where its jobs go, as its queue's workers say: `postgres` where they run here, else as in ROUTES. Several while workers differ,
   * as in the middle of a deployment; none while no worker lives.
   */
  routes: string[];
  /** JSON Schema. */
  payloadSchema: Record<string, unknown>;
  /** Processes alive that can run it, each once, whatever the number of its queues. */
  workerCount: number;
}

/** One definition of a task, of those that are at work at once while a deployment rolls. */
export type TaskVersion = Omit<KnownTask, 'workerCount' | 'application' | 'orderBy' | 'routes'>;

const SELECT_AROUND = `
  select task as name, queue, max_retries as "maxRetries", timeout_ms as "timeoutMs", payload_schema as "payloadSchema"
  from howdah.versions_around($1::text)`;

const SELECT = `
  select t.name, t.application, t.queue, t.max_retries as "maxRetries", t.timeout_ms as "timeoutMs",
         t.order_by as "orderBy", t.payload_schema as "payloadSchema",
         to_json(array(select r.route from howdah.task_routes r where r.task = t.name order by r.route)) as routes,
         (select count(distinct w.process)::float8 from howdah.workers w where t.name = any (w.tasks) or w.tasks = '{}') as "workerCount"
  from howdah.tasks t
  where $1::text is null or t.name = $1::text
  order by t.name`;

/** Every task, by name. */
export async function listTasks(client: SqlClient): Promise<KnownTask[]> {
  return queryRows<KnownTask>(client, SELECT, [null]);
}

/** The versions of a task that are around in the fleet (howdah.versions_around), the newest first. */
export async function listVersionsAround(client: SqlClient, name: string): Promise<TaskVersion[]> {
  return queryRows<TaskVersion>(client, SELECT_AROUND, [name]);
}

/** @throws {HowdahError} `unknown_task` naming the tasks there are, the nearest first */
export async function getTask(client: SqlClient, name: string): Promise<KnownTask> {
  const [task] = await queryRows<KnownTask>(client, SELECT, [name]);
  if (task) return task;
  await translatingErrors(() => queryRows(client, 'select howdah.known_task($1::text)', [name]));
  return getTask(client, name); // announced in between
}
