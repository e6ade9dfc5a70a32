import { z } from 'zod';
import { defineTask } from '../../../src/jobs/define-task.ts';
import { bind } from '../../../src/processor/bind.ts';

/** Ends its thread, as a library that calls process.exit() would. */
export default bind(
  defineTask({ name: 'exits_apart', payload: z.strictObject({}), maxRetries: 0 }),
  async () => process.exit(7),
  { isolate: 'thread' },
);
