import type { JobState } from './job.ts';

/** Which jobs: those that fit every part that is given. */
export interface JobFilter {
  queue?: string | undefined;
  /** In one of these; at least one, as an empty list is refused. */
  states?: readonly JobState[] | undefined;
  task?: string | undefined;
  createdAfter?: Date | undefined;
  createdBefore?: Date | undefined;
  /** Finished jobs only, as is `finishedBefore`. */
  finishedAfter?: Date | undefined;
  finishedBefore?: Date | undefined;
  /** Part of the latest error, in upper or lower case. */
  error?: string | undefined;
  /** Id of the worker pool that holds or held it last. */
  worker?: string | undefined;
  key?: string | undefined;
  /** JSON that the payload contains, as Postgres' `@>` has it. */
  payloadContains?: unknown;
  /** Jobs with these ids; at least one, at most 1,000. */
  ids?: readonly string[] | undefined;
  sequence?: string | undefined;
  /** Trace id of the `traceparent` it was enqueued with: 32 hexadecimal digits. */
  trace?: string | undefined;
  /** Of the group of failures with this id, discarded or not ended: see `readFailures`. */
  failure?: string | undefined;
  /** With more runs than that so far, the present one included; 0 to 99,999. */
  attemptsAbove?: number | undefined;
  /** With fewer runs than that. */
  attemptsBelow?: number | undefined;
  /** A search: the job with this id, jobs with this key, jobs with this in their latest error. */
  search?: string | undefined;
}

/** Whether every job fits. */
export function isUnfiltered(filter: JobFilter): boolean {
  return Object.values(filter).every((part) => part === undefined);
}
