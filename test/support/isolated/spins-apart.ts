import { threadId } from 'node:worker_threads';
import { z } from 'zod';
import { bind } from '../../../src/tasks/bind.ts';
import { defineTask } from '../../../src/tasks/define-task.ts';

/** Computes for the payload's `ms` in a thread, and returns which. */
export default bind(
  defineTask({ name: 'spins_apart', payload: z.strictObject({ ms: z.number() }), timeoutMs: 60_000 }),
  async ({ ms }) => {
    const until = performance.now() + ms;
    while (performance.now() < until);
    return { threadId };
  },
  { isolate: 'thread' },
);
