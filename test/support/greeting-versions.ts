import { z } from 'zod';
import { defineTask, type TaskDefinition } from '../../src/tasks/define-task.ts';

const name = z.string().min(1);
const base = { name: 'greets', maxRetries: 5 };

const namesUpTo = (most: number) =>
  z
    .strictObject({ name })
    .refine((payload) => payload.name.length <= most, { message: 'too long', path: ['name'] });

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
  /** Refuses in words of its own what its schema takes. */
  refined: defineTask({ ...base, payload: namesUpTo(5) }),
  /** The same schema with a refine that takes more, and is named so. */
  relaxed: defineTask({ ...base, payload: namesUpTo(20), version: 'up to 20' }),
  /** Other defaults, same payload. */
  patient: defineTask({ ...base, payload: z.strictObject({ name }), maxRetries: 9, queue: 'critical' }),
} satisfies Record<string, TaskDefinition<{ name: string; tone?: string | undefined }>>;

export type Release = keyof typeof GREETINGS;
