import { isWithinEdits } from '../../config/mistakes/edit-distance.ts';
import type { JobFilter } from '../../look/job-filter.ts';
import { SEARCH_KEYS, SEARCH_WORDS } from './search-keys.ts';
import { splitTerms, type Term } from './terms.ts';

/** What is wrong with a piece of a search. */
export interface SearchMistake {
  /** Where the piece is: its first place in the text, from 0, and how long it is. */
  readonly position: number;
  readonly length: number;
  readonly expected: string;
  readonly received: string;
  /** Both in a sentence. */
  readonly message: string;
}

export interface ParsedSearch {
  /** What is right of it. */
  readonly filter: JobFilter;
  /** All that is wrong, in the order of the text; with any, the filter is not what was meant. */
  readonly mistakes: readonly SearchMistake[];
}

const MAX_ECHO_LENGTH = 80;

/**
 * The filter that a search says: `queue:critical state:discarded,retryable error:"550 5.1" attempts:>3 since:1h
 * payload:{"user_account":"ada"}`, with words beside them as `search`. A value with white space is in quotes, in which `\"` and `\\`
 * stand for a quote and a backslash. `state` and `id` take lists and may be given again; so may `attempts`, once from
 * each side.
 *
 * @param now what a time ago is counted from. @default now
 */
export function parseSearch(text: string, now = new Date()): ParsedSearch {
  const mistakes: SearchMistake[] = [];
  const terms = splitTerms(text);
  const filter: JobFilter = {};
  for (const term of terms.filter(({ key }) => key !== undefined)) {
    const outcome = readTerm(term, filter, now);
    if ('expected' in outcome) mistakes.push(describe(term, text, outcome));
    else Object.assign(filter, outcome.part);
  }
  const words = terms.filter(({ key }) => key === undefined);
  for (const term of words.filter(({ isUnclosed }) => isUnclosed !== undefined))
    mistakes.push(describe(term, text, { expected: `${term.isUnclosed} behind it` }));
  readWords(words, text, { filter, mistakes });
  return { filter, mistakes: mistakes.sort((a, b) => a.position - b.position) };
}

/** Where the mistake is, if it is not the value. */
interface Misread {
  expected: string;
  isKey?: boolean;
  advice?: string;
}

function readTerm(term: Term, filter: JobFilter, now: Date): { part: JobFilter } | Misread {
  const { key = '', value, isUnclosed } = term;
  const known = Object.hasOwn(SEARCH_KEYS, key) ? SEARCH_KEYS[key] : undefined;
  if (known === undefined) return unknownKey(key);
  if (isUnclosed !== undefined) return { expected: `${isUnclosed} behind it` };
  const part = known.read(value, now);
  if (part === undefined) return { expected: known.expected };
  if (known.isList !== true && known.write(filter).length > 0)
    return { expected: `${key} once`, isKey: true };
  return merge(filter, part) ?? { expected: `${key} once from each side`, isKey: true };
}

function unknownKey(key: string): Misread {
  const keys = Object.keys(SEARCH_KEYS);
  const meant = keys.find((each) => isWithinEdits(each.length > 4 ? 2 : 1, key, each));
  return {
    expected: `one of ${keys.join(', ')} before a colon, or quotes around what has one`,
    isKey: true,
    ...(meant === undefined ? {} : { advice: `; did you mean ${meant}?` }),
  };
}

/** Lists grow, and a range has two sides; undefined when the side is taken. */
function merge(filter: JobFilter, part: JobFilter): { part: JobFilter } | undefined {
  const { states, ids, ...rest } = part;
  if (states !== undefined) return { part: { states: [...new Set([...(filter.states ?? []), ...states])] } };
  if (ids !== undefined) return { part: { ids: [...new Set([...(filter.ids ?? []), ...ids])] } };
  const isTaken = Object.keys(rest).some((name) => filter[name as keyof JobFilter] !== undefined);
  return isTaken ? undefined : { part };
}

function readWords(
  words: readonly Term[],
  text: string,
  { filter, mistakes }: { filter: JobFilter; mistakes: SearchMistake[] },
): void {
  const [first] = words;
  if (!first) return;
  const part = SEARCH_WORDS.read(words.map(({ value }) => value).join(' '), new Date(0));
  if (part) Object.assign(filter, part);
  else mistakes.push(describe(first, text, { expected: `words of ${SEARCH_WORDS.expected}` }));
}

function describe(
  term: Term,
  text: string,
  { expected, isKey = false, advice = '' }: Misread,
): SearchMistake {
  const position = isKey ? term.start : term.valueStart;
  const end = isKey ? term.valueStart : term.end;
  const source = text.slice(position, end);
  const echo = source.length <= MAX_ECHO_LENGTH ? source : `${source.slice(0, MAX_ECHO_LENGTH)}…`;
  const received = source === '' ? 'nothing' : JSON.stringify(echo);
  const where = term.key === undefined || isKey ? '' : `${term.key}: `;
  return {
    position,
    length: end - position,
    expected,
    received,
    message: `at ${position + 1}: ${where}expected ${expected}, received ${received}${advice}`,
  };
}
