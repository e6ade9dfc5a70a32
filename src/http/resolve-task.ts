import { z } from '@hono/zod-openapi';
import type { Database } from '../db/database.ts';
import { getTask, type KnownTask } from '../inspect/tasks.ts';
import { catalogue } from '../jobs/catalogue.ts';
import type { TaskDefinition } from '../jobs/define-task.ts';

/**
 * The task of that name: this deployment's own definition, or one made from what another deployment announced.
 *
 * @throws {HowdahError} `unknown_task` with the names there are, the nearest first
 */
export async function resolveTask(db: Database, name: string): Promise<TaskDefinition> {
  const own = catalogue.get(name);
  if (own) return own;
  const known = await getTask(db, name);
  const { queue, maxRetries, timeoutMs } = known;
  return { name, payload: toSchema(known), queue, maxRetries, timeoutMs };
}

/** A schema that cannot be read back is left to the worker, which checks the payload before it runs. */
function toSchema({ payloadSchema }: KnownTask): z.ZodType<unknown> {
  try {
    return z.fromJSONSchema(payloadSchema);
  } catch {
    return z.unknown();
  }
}
