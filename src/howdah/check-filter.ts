import { stringifyExactly } from '../db/exact-json.ts';
import { findShapeMistake } from '../db/json-shape.ts';
import type { JobFilter } from '../look/job-filter.ts';
import { findUnstorableText, isStorable } from '../tasks/unstorable-text.ts';
import { mistake, unexpected } from './mistake.ts';

const STORABLE = 'text without \\u0000 and halves of surrogate pairs';

const ANY = () => undefined;

/** For each condition, what was expected of a value that is wrong; of the others the database says so. */
const CONDITIONS: Readonly<Record<keyof JobFilter, (value: unknown) => string | undefined>> = {
  queue: textMistake,
  states: nullMistake,
  task: textMistake,
  createdAfter: ANY,
  createdBefore: ANY,
  finishedAfter: ANY,
  finishedBefore: ANY,
  error: textMistake,
  worker: textMistake,
  key: textMistake,
  payloadContains: payloadMistake,
  search: textMistake,
  ids: nullMistake,
  sequence: textMistake,
  trace: textMistake,
  failure: textMistake,
  attemptsAbove: nullMistake,
  attemptsBelow: nullMistake,
};

/**
 * Refuses what no filter has: a condition that is misspelt, or null, would be none, and all jobs would fit.
 *
 * @returns how many conditions there are
 * @throws {HowdahError} `invalid_request`, naming the condition
 */
export function checkFilter(filter: JobFilter): number {
  if (typeof filter !== 'object' || filter === null || Symbol.iterator in filter)
    throw unexpected('filter', 'an object', filter);
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!Object.hasOwn(CONDITIONS, name)) throw mistake(name, 'there is no such condition');
    const expected = CONDITIONS[name as keyof JobFilter](value);
    if (expected !== undefined) throw unexpected(name, expected, value);
  }
  return given.length;
}

function textMistake(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return 'a text of a character or more';
  return isStorable(value) ? undefined : STORABLE;
}

/** What is nested too deep, say, is told when the filter is written. */
function payloadMistake(value: unknown): string | undefined {
  if (findShapeMistake(value, '')) return undefined;
  return findUnstorableText(stringifyExactly(value) ?? '', '') ? STORABLE : undefined;
}

function nullMistake(value: unknown): string | undefined {
  return value === null ? 'a value, or none to have any' : undefined;
}
