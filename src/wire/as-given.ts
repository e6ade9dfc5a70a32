import { z } from '@hono/zod-openapi';
import { wholeNumberAt } from '../db/exact-json.ts';
import type { TaskDefinition } from '../tasks/define-task.ts';
import { isEncoded } from '../tasks/encode-payload.ts';
import { parsePayload } from '../tasks/parse-payload.ts';

/** The task for payloads that came as JSON, and are kept as they came: its schema checks them, and no codec has to write them. */
export function asGiven(task: TaskDefinition): TaskDefinition {
  if (!isEncoded(task.payload)) return task;
  const payload = z.unknown().superRefine((given, context) => {
    const { error } = parsePayload(task.payload, given, wholeNumberAt);
    for (const issue of error?.issues ?? [])
      context.addIssue({ ...issue } as Parameters<typeof context.addIssue>[0]);
  });
  return { ...task, payload };
}
