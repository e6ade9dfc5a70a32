import { writeInstant } from '../db/calendar.ts';
import { stringifyExactly } from '../db/exact-json.ts';
import { findShapeMistake } from '../db/json-shape.ts';
import { HowdahError } from '../errors.ts';
import type { JobFilter } from './job-filter.ts';

export interface IdRange {
  /** Newest first when `desc`. */
  order: 'asc' | 'desc';
  /** 1 to 100,000. */
  limit: number;
  /** Ids greater than this. */
  afterId?: string | undefined;
  /** Ids less than this. */
  beforeId?: string | undefined;
}

/** A select of the column `id`, and its values. */
export interface IdsQuery {
  text: string;
  values: unknown[];
}

/** The first ids in the range that fit the filter: `howdah.find_jobs`, whose errors it has. */
export function findJobs(filter: JobFilter, { order, limit, afterId, beforeId }: IdRange): IdsQuery {
  return {
    text: `select id from howdah.find_jobs($1::text::jsonb, $2::integer, $3::bigint, $4::bigint, $5::boolean) id`,
    values: [
      stringifyExactly(toSqlFilter(filter)),
      limit,
      beforeId ?? null,
      afterId ?? null,
      order === 'desc',
    ],
  };
}

/**
 * The filter by the names of `howdah.find_jobs`.
 *
 * @throws {HowdahError} `invalid_request` for no Date of the years 1 to 9999: in JSON an invalid one would be null, which
 *   fits every job; and for a part of a payload that none can have: nested too deep, or referring to itself
 */
export function toSqlFilter(filter: JobFilter): Readonly<Record<string, unknown>> {
  const { queue, states, task, error, worker, key, payloadContains, search, sequence, trace, failure } =
    filter;
  return {
    ...{ queue, task, worker, key, search, sequence, trace, failure },
    state: states,
    id: filter.ids,
    attempts_above: filter.attemptsAbove,
    attempts_below: filter.attemptsBelow,
    error_like: error === undefined ? undefined : `%${error.replace(/[\\%_]/g, '\\$&')}%`,
    payload_contains: checked(payloadContains),
    created_after: instantOf(filter, 'createdAfter'),
    created_before: instantOf(filter, 'createdBefore'),
    finished_after: instantOf(filter, 'finishedAfter'),
    finished_before: instantOf(filter, 'finishedBefore'),
  };
}

type Instant = 'createdAfter' | 'createdBefore' | 'finishedAfter' | 'finishedBefore';

function instantOf(filter: JobFilter, field: Instant): string | undefined {
  const at = filter[field];
  return at === undefined ? undefined : writeInstant(at, field);
}

function checked(payloadContains: unknown): unknown {
  const mistake = findShapeMistake(payloadContains, 'payloadContains');
  if (mistake === undefined) return payloadContains;
  const detail = `${mistake.field}: ${mistake.message}`;
  throw new HowdahError('invalid_request', { detail, fields: [mistake] });
}
