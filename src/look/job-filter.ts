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
  /** A search: the job with this id, jobs with this key, jobs with this in their latest error. */
  search?: string | undefined;
}
