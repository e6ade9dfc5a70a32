import type { TaskDefinition } from '../../src/tasks/define-task.ts';
import type { TestQueue } from './test-queue.ts';

/** `flags.howdah` of a job's row. */
export interface JobSettings {
  timeout_ms?: number;
  deadline?: string;
  headers?: Record<string, string>;
  retention_ms?: number;
}

/** Id of a job with these settings, however they may be written; no worker sees it before it has them. */
export async function enqueueWithSettings(
  queue: TestQueue,
  task: TaskDefinition,
  settings: JobSettings,
): Promise<string> {
  const client = await queue.pool.connect();
  try {
    await client.query('begin');
    const { id } = await queue.distributor.distribute(client, task, {});
    await client.query(
      `update graphile_worker._private_jobs set flags = jsonb_build_object('howdah', $2::jsonb) where id = $1`,
      [id, JSON.stringify(settings)],
    );
    await client.query('commit');
    return id;
  } finally {
    client.release();
  }
}
