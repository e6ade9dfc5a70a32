import { threadId } from 'node:worker_threads';
import { z } from 'zod';
import { defineTask } from '../../../src/jobs/define-task.ts';
import { bind } from '../../../src/processor/bind.ts';

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
