import { HowdahError } from '../errors.ts';
import type { JobFilter } from '../look/job-filter.ts';

const CONDITIONS: Readonly<Record<keyof JobFilter, 'instant' | 'other'>> = {
  queue: 'other',
  states: 'other',
  task: 'other',
  createdAfter: 'instant',
  createdBefore: 'instant',
  finishedAfter: 'instant',
  finishedBefore: 'instant',
  error: 'other',
  worker: 'other',
  key: 'other',
  payloadContains: 'other',
  search: 'other',
};

/**
 * Refuses what no filter has: a condition that is misspelt would be none, and all jobs would fit.
 *
 * @returns how many conditions there are
 * @throws {HowdahError} `invalid_request`, naming the condition
 */
export function checkFilter(filter: JobFilter): number {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    const kind = Object.hasOwn(CONDITIONS, name) ? CONDITIONS[name as keyof JobFilter] : undefined;
    if (!kind) throw mistake(`filter.${name}`, 'there is no such condition');
    if (kind === 'instant') checkInstant(`filter.${name}`, value);
  }
  return given.length;
}

/** @throws {HowdahError} `invalid_request` for what is no instant */
export function checkInstant(field: string, value: unknown): void {
  if (!(value instanceof Date) || Number.isNaN(value.getTime()))
    throw mistake(field, 'expected a valid Date');
}

export function mistake(field: string, message: string): HowdahError {
  return new HowdahError('invalid_request', { detail: `${field}: ${message}`, fields: [{ field, message }] });
}
