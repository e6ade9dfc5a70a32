import { z } from '@hono/zod-openapi';
import type { Database } from '../db/database.ts';
import { sqlStateOf } from '../db/sql-state.ts';
import { HowdahError } from '../errors.ts';
import { getTask, listVersionsAround, type TaskVersion } from '../look/tasks.ts';
import type { Catalogue } from '../tasks/catalogue.ts';
import type { TaskDefinition } from '../tasks/define-task.ts';
import { announcedSchema } from './announced-schema.ts';

const NOT_GRANTED = '42501';

/** Where tasks are known from. */
export interface TaskSources {
  db: Database;
  /** This process's own. */
  catalogue: Catalogue;
}

/**
 * The task of that name: this deployment's own definition, or one made from what another deployment announced.
 *
 * @param allowUnknown what nobody announced is a task too, whose payload nobody can check
 * @throws {HowdahError} `unknown_task` with the names there are, the nearest first
 */
export async function resolveTask(
  { db, catalogue }: TaskSources,
  name: string,
  allowUnknown = false,
): Promise<TaskDefinition> {
  const own = catalogue.get(name);
  if (own) return own;
  try {
    return toDefinition(await getTask(db, name));
  } catch (error) {
    if (sqlStateOf(error) === NOT_GRANTED) return unseenTask(name);
    if (allowUnknown && error instanceof HowdahError && error.code === 'unknown_task')
      return unseenTask(name);
    throw error;
  }
}

/** The task's versions in the fleet, the newest first. While a deployment rolls, requests of new clients reach old processes. */
export async function resolveVersions(db: Database, name: string): Promise<TaskDefinition[]> {
  return (await listVersionsAround(db, name)).map(toDefinition);
}

/** For a role that may enqueue and not look, and for a task that nobody announced: the database has the defaults. */
function unseenTask(name: string): TaskDefinition {
  return { name, payload: z.unknown() } as unknown as TaskDefinition;
}

function toDefinition(known: TaskVersion): TaskDefinition {
  const { name, queue, maxRetries, timeoutMs, payloadSchema } = known;
  return { name, payload: announcedSchema(payloadSchema), queue, maxRetries, timeoutMs };
}
