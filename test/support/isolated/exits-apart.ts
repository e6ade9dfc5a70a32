import { z } from 'zod';
import { bind } from '../../../src/tasks/bind.ts';
import { defineTask } from '../../../src/tasks/define-task.ts';

/** Ends its thread, as a library that calls process.exit() would. */
export default bind(
  defineTask({ name: 'exits_apart', payload: z.strictObject({}), maxRetries: 0 }),
  async () => process.exit(7),
  { isolate: 'thread' },
);
