import { durationParser } from '../../config/settings/duration.ts';
import { findShapeMistake } from '../../db/json-shape.ts';
import { parseJson } from '../../db/parse-json.ts';
import { findRoundedNumber } from '../../db/rounded-number.ts';
import { FINISHED_STATES, type JobState, LIVE_STATES } from '../../look/job.ts';
import type { JobFilter } from '../../look/job-filter.ts';
import { findUnstorableText, isStorable } from '../../tasks/unstorable-text.ts';
import { FILTER_LENGTHS, MAX_IDS, MAX_PAYLOAD_LENGTH } from '../filter-limits.ts';
import { formatAttempts, parseAttempts } from '../parse-attempts.ts';
import { readInstant } from '../read-instant.ts';
import type { Wanted } from './search-words.ts';

/** What one `key:value` of a search means. */
export interface SearchKey {
  /** What its value is to be. */
  readonly wanted: Wanted;
  /** The part of a filter that the value is; undefined when it is none. */
  read(value: string, now: Date): JobFilter | undefined;
  /** Its values in a filter, none when the filter has no such part. */
  write(filter: JobFilter): readonly string[];
  /** Whether it may be given again, which adds to the list. @default false */
  readonly isList?: boolean;
}

export const SEARCH_STATES: readonly JobState[] = [...LIVE_STATES, ...FINISHED_STATES];

const HUNDRED_YEARS_MS = 100 * 365 * 86_400_000;

/** Every key of a search, in the order in which a filter is written. */
export const SEARCH_KEYS: Readonly<Record<string, SearchKey>> = {
  queue: text('queue'),
  state: {
    wanted: { what: 'states', of: SEARCH_STATES.join(', ') },
    isList: true,
    read(value) {
      const states = value.split(',').map((word) => SEARCH_STATES.find((state) => state === word));
      return states.every((state) => state !== undefined) ? { states } : undefined;
    },
    write: ({ states }) => (states === undefined ? [] : [states.join(',')]),
  },
  task: text('task'),
  error: text('error'),
  failure: pattern('failure', 16, /^[0-9a-f]{16}$/),
  id: {
    wanted: { what: 'ids', of: `${MAX_IDS}` },
    isList: true,
    read(value) {
      const ids = value.split(',');
      return ids.every((id) => /^[1-9]\d{0,17}$/.test(id)) && ids.length <= MAX_IDS ? { ids } : undefined;
    },
    write: ({ ids }) => (ids === undefined ? [] : [ids.join(',')]),
  },
  key: text('key'),
  sequence: text('sequence'),
  trace: pattern('trace', 32, /^[0-9a-fA-F]{32}$/),
  worker: text('worker'),
  attempts: {
    wanted: { what: 'attempts', of: '' },
    isList: true,
    read: parseAttempts,
    write: formatAttempts,
  },
  since: instant('createdAfter'),
  until: instant('createdBefore'),
  'finished-since': instant('finishedAfter'),
  'finished-until': instant('finishedBefore'),
  payload: {
    wanted: { what: 'payload', of: '' },
    read(value) {
      const payloadContains = readJson(value);
      return payloadContains === undefined ? undefined : { payloadContains };
    },
    write: ({ payloadContains }) => (payloadContains === undefined ? [] : [JSON.stringify(payloadContains)]),
  },
};

type TextPart = keyof typeof FILTER_LENGTHS;

function text(part: TextPart, what: 'text' | 'words' = 'text'): SearchKey {
  const most = FILTER_LENGTHS[part];
  return {
    wanted: { what, of: `${most}` },
    read: (value) =>
      value !== '' && [...value].length <= most && isStorable(value) ? { [part]: value } : undefined,
    write: ({ [part]: value }) => (value === undefined ? [] : [value]),
  };
}

/** Words without a key. */
export const SEARCH_WORDS = text('search', 'words');

function pattern(part: 'failure' | 'trace', digitCount: number, form: RegExp): SearchKey {
  return {
    wanted: { what: 'digits', of: `${digitCount}` },
    read: (value) => (form.test(value) ? { [part]: value } : undefined),
    write: ({ [part]: value }) => (value === undefined ? [] : [value]),
  };
}

function instant(part: 'createdAfter' | 'createdBefore' | 'finishedAfter' | 'finishedBefore'): SearchKey {
  return {
    wanted: { what: 'instant', of: '' },
    read(value, now) {
      const at = readAgo(value, now) ?? readInstant(value);
      return at && { [part]: at };
    },
    write: ({ [part]: at }) => (at === undefined ? [] : [at.toISOString()]),
  };
}

function readAgo(value: string, now: Date): Date | undefined {
  if (!/^\d{1,9}(ms|s|m|h|d)$/.test(value)) return undefined;
  const agoMs = durationParser(Number.MAX_SAFE_INTEGER)(value);
  return agoMs <= HUNDRED_YEARS_MS ? new Date(now.getTime() - agoMs) : undefined;
}

function readJson(value: string): unknown {
  if (value.length > MAX_PAYLOAD_LENGTH || findRoundedNumber(value) !== undefined) return undefined;
  try {
    const parsed: unknown = parseJson(value);
    const mistake = findShapeMistake(parsed, '') ?? findUnstorableText(JSON.stringify(parsed), '');
    return mistake === undefined ? parsed : undefined;
  } catch {
    return undefined;
  }
}
