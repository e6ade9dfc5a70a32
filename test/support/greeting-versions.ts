import { z } from 'zod';
import { defineTask, type TaskDefinition } from '../../src/tasks/define-task.ts';

const name = z.string().min(1);
const base = { name: 'greets', maxRetries: 5 };

/**
 * The task `greets` as it changes over the releases of a service, by the name of the release. docs/changing-a-payload.md
 * tells their story.
 */
export const GREETINGS = {
  /** As it was. */
  first: defineTask({ ...base, payload: z.strictObject({ name }) }),
  /** Expanded: workers take the new member, nobody needs it. */
  expanded: defineTask({ ...base, payload: z.strictObject({ name, tone: z.string().optional() }) }),
  /** Contracted: everybody sends it. */
  contracted: defineTask({ ...base, payload: z.strictObject({ name, tone: z.string() }) }),
  /** Other defaults, same payload. */
  patient: defineTask({ ...base, payload: z.strictObject({ name }), maxRetries: 9, queue: 'critical' }),
} satisfies Record<string, TaskDefinition<{ name: string; tone?: string | undefined }>>;

export type Release = keyof typeof GREETINGS;
