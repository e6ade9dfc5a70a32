import type { SqlClient } from '../../src/db/sql-client.ts';
import type { EnqueueOptions } from '../../src/enqueue/enqueue-options.ts';
import { toSqlOptions } from '../../src/enqueue/sql-options.ts';
import type { TaskDefinition } from '../../src/tasks/define-task.ts';
import type { TestQueue } from '../support/test-queue.ts';

/** What the engine's row says of a job. */
export interface StoredJob {
  id: string;
  queue: string;
  payload: unknown;
  priority: number;
  max_attempts: number;
  /** As it was given. */
  key: string | null;
  flags: Record<string, unknown> | null;
  /** Seconds from the job's creation, whole; Infinity for a parked one. */
  wait_seconds: number;
}

export interface Request {
  task: TaskDefinition;
  payload?: object;
  options?: EnqueueOptions;
}

type Way = (queue: TestQueue, tx: SqlClient, request: Request) => Promise<string>;

/** Every way to enqueue the same job; each returns its id. */
export const WAYS = {
  async typeScript({ distributor }, tx, { task, payload = {}, options }) {
    return (await distributor.distribute(tx, task, payload, options)).id;
  },
  async batch({ distributor }, tx, { task, payload = {}, options = {} }) {
    const [job] = await distributor.distributeMany(tx, [{ task, payload, options }]);
    return job?.id ?? '';
  },
  async sql({ pool }, tx, { task, payload = {}, options = {} }) {
    const entries = Object.entries(toSqlOptions({ task, payload, options })).filter(
      ([, value]) => value !== undefined,
    );
    const named = entries.map(([name], index) => `, ${name} => $${index + 3}`).join('');
    const client = 'query' in tx ? tx : pool;
    const { rows } = await client.query(`select howdah.enqueue($1, $2${named})::text as id`, [
      task.name,
      JSON.stringify(payload),
      ...entries.map(([, value]) => (typeof value === 'object' ? JSON.stringify(value) : value)),
    ]);
    return (rows as { id: string }[])[0]?.id ?? '';
  },
} satisfies Record<string, Way>;

/** The engine's row of a live job, in whichever queue. */
export async function stored({ pool }: TestQueue, id: string): Promise<StoredJob> {
  const select = (queue: string, schema: string) =>
    `select id, '${queue}' as queue, payload, priority, max_attempts, flags,
       howdah.key_of(key, (select identifier from ${schema}._private_tasks t where t.id = task_id)) as key,
       case when isfinite(run_at) then round(extract(epoch from run_at - created_at))::float8 else 'infinity' end
         as wait_seconds
     from ${schema}._private_jobs where id = $1`;
  const { rows } = await pool.query<StoredJob>(
    `${select('default', 'graphile_worker')} union all ${select('critical', 'graphile_worker_critical')}`,
    [id],
  );
  const [row] = rows;
  if (!row) throw new Error(`there is no live job ${id}`);
  return row;
}
