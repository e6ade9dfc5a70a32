import { HowdahError } from '../errors.ts';
import type { JobFilter } from '../look/job-filter.ts';

const CONDITIONS: Readonly<Record<keyof JobFilter, true>> = {
  queue: true,
  states: true,
  task: true,
  createdAfter: true,
  createdBefore: true,
  finishedAfter: true,
  finishedBefore: true,
  error: true,
  worker: true,
  key: true,
  payloadContains: true,
  search: true,
  ids: true,
  sequence: true,
  trace: true,
  failure: true,
  attemptsAbove: true,
  attemptsBelow: true,
};

/**
 * Refuses what no filter has: a condition that is misspelt would be none, and all jobs would fit.
 *
 * @returns how many conditions there are
 * @throws {HowdahError} `invalid_request`, naming the condition
 */
export function checkFilter(filter: JobFilter): number {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  const unknown = given.find(([name]) => !Object.hasOwn(CONDITIONS, name));
  if (unknown) throw mistake(unknown[0], 'there is no such condition');
  return given.length;
}

export function mistake(field: string, message: string): HowdahError {
  return new HowdahError('invalid_request', { detail: `${field}: ${message}`, fields: [{ field, message }] });
}
