import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { TaskDefinition } from './define-task.ts';
import { type JsonSchema, payloadSchema } from './payload-schema.ts';

/** What a task's definition says to others: JSON Schema of its payload, and a name for the whole. */
export interface DescribedTask {
  readonly schema: JsonSchema;
  /**
   * Twelve hexadecimal digits, the same in every process with this definition and others for any other: a hash of payload
   * schema, queue, retries, time limit, order and the definition's own `version`. What JSON Schema cannot say, such as a `refine`,
   * is in it by the last alone.
   */
  readonly version: string;
}

const DESCRIBED = new WeakMap<object, DescribedTask>();

/** Made once a definition, when first asked for. */
export function describeTask<Payload>(task: TaskDefinition<Payload, unknown>): DescribedTask {
  const known = DESCRIBED.get(task);
  if (known) return known;
  const schema = payloadSchema(task.payload as z.ZodType<unknown>);
  const { queue, maxRetries, timeoutMs, orderBy, version: own } = task;
  // Without an order and one of its own it is the hash that it always was.
  const text = JSON.stringify(
    canonical({ schema, queue, maxRetries, timeoutMs, orderBy, version: own }),
    withoutBigInts,
  );
  const described = { schema, version: createHash('sha256').update(text).digest('hex').slice(0, 12) };
  DESCRIBED.set(task, described);
  return described;
}

/** The version of each of the tasks, by name. */
export function versionsOf(
  tasks: readonly TaskDefinition<never>[] | readonly TaskDefinition[],
): Record<string, string> {
  return Object.fromEntries(tasks.map((task) => [task.name, describeTask(task as TaskDefinition).version]));
}

function withoutBigInts(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

/** Neither the order of members nor that of required names says anything. */
function canonical(value: unknown, name?: string): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical(item));
    return name === 'required' ? items.sort() : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([key, member]) => [key, canonical(member, key)]));
}
