import { parseExactly } from '../../db/exact-json.ts';
import type { SqlClient } from '../../db/sql-client.ts';
import { HowdahError } from '../../errors.ts';
import { getJob } from '../../look/get-job.ts';
import { enqueueOneRecorded, toNewJobs } from '../../wire/enqueue-requested.ts';
import type { DashboardDependencies } from '../dependencies.ts';

/**
 * What enqueues a new job of another one's task, in its queue, with this payload, and returns its id. Before that the payload
 * is checked as any that comes over HTTP.
 *
 * @param payload JSON
 * @throws {HowdahError} `invalid_payload`, `job_not_found` or `unknown_task`
 */
export async function enqueueAgain(
  deps: DashboardDependencies,
  id: string,
  payload: string,
): Promise<(tx: SqlClient) => Promise<string>> {
  const job = await getJob(deps.db, id);
  if (!job) throw new HowdahError('job_not_found');
  await deps.beforeEnqueue?.();
  const { task, queue } = job;
  const [wanted] = await toNewJobs(deps, [{ task, queue, payload: parse(payload) }]);
  return async (tx) => (await enqueueOneRecorded(tx, deps.distributor, wanted)).id;
}

function parse(payload: string): unknown {
  try {
    return parseExactly(payload);
  } catch (cause) {
    const message = `expected JSON: ${cause instanceof Error ? cause.message : cause}`;
    const fields = [{ field: 'payload', message }];
    throw new HowdahError('invalid_payload', { detail: `payload: ${message}`, fields, cause });
  }
}
