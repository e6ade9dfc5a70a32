import { z } from '@hono/zod-openapi';
import { jobState } from './job.ts';

const STATE = {
  error: `expected one of ${jobState.options.join(', ')}, or a list of 1 to ${jobState.options.length} of them`,
};

/** A state of jobs, or some of them, in a body. */
export const someStates = z.union(
  [jobState, z.array(jobState).min(1, STATE).max(jobState.options.length, STATE)],
  STATE,
);
