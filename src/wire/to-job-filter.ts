import type { JobFilter } from '../look/job-filter.ts';
import type { RequestedFilter } from './schemas/job-filter.ts';

/** The filter of a request in the terms of `inspect`. */
export function toJobFilter(requested: RequestedFilter): JobFilter {
  const { queue, state, task, error, worker, key, q, sequence, trace, failure } = requested;
  return {
    ...{ queue, task, error, worker, key, search: q, sequence, trace, failure },
    ids: requested.id,
    attemptsAbove: requested.attempts_above,
    attemptsBelow: requested.attempts_below,
    states: state === undefined ? undefined : [...new Set([state].flat())],
    createdAfter: requested.created_after,
    createdBefore: requested.created_before,
    finishedAfter: requested.finished_after,
    finishedBefore: requested.finished_before,
    payloadContains: requested.payload_contains,
  };
}
