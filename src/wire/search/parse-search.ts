import { isWithinEdits } from '../../config/mistakes/edit-distance.ts';
import type { JobFilter } from '../../look/job-filter.ts';
import { SEARCH_KEYS, SEARCH_WORDS } from './search-keys.ts';
import {
  SEARCH_WORDS_IN_ENGLISH as ENGLISH,
  type Misread,
  sayMisread,
  sayWanted,
  type Wanted,
} from './search-words.ts';
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
  /** What the three above are made of, for whoever says it in another language. */
  readonly misread: Misread;
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
    if ('wanted' in outcome) mistakes.push(describe(term, text, outcome));
    else Object.assign(filter, outcome.part);
  }
  const words = terms.filter(({ key }) => key === undefined);
  for (const term of words) {
    if (term.lacks !== undefined)
      mistakes.push(describe(term, text, { wanted: { what: term.lacks, of: '' } }));
  }
  readWords(words, text, { filter, mistakes });
  return { filter, mistakes: mistakes.sort((a, b) => a.position - b.position) };
}

interface Wrong {
  wanted: Wanted;
  /** Whether it is the key rather than the value. */
  isKey?: boolean;
  meant?: string | undefined;
}

function readTerm(term: Term, filter: JobFilter, now: Date): { part: JobFilter } | Wrong {
  const { key = '', value, lacks } = term;
  const known = Object.hasOwn(SEARCH_KEYS, key) ? SEARCH_KEYS[key] : undefined;
  if (known === undefined) return unknownKey(key);
  if (lacks !== undefined) return { wanted: { what: lacks, of: '' } };
  const part = known.read(value, now);
  if (part === undefined) return { wanted: known.wanted };
  if (known.isList !== true && known.write(filter).length > 0)
    return { wanted: { what: 'once', of: key }, isKey: true };
  return merge(filter, part) ?? { wanted: { what: 'onceFromEachSide', of: key }, isKey: true };
}

function unknownKey(key: string): Wrong {
  const keys = Object.keys(SEARCH_KEYS);
  const meant = keys.find((each) => isWithinEdits(each.length > 4 ? 2 : 1, key, each));
  return { wanted: { what: 'keys', of: keys.join(', ') }, isKey: true, meant };
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
  else mistakes.push(describe(first, text, { wanted: SEARCH_WORDS.wanted }));
}

function describe(term: Term, text: string, { wanted, isKey = false, meant }: Wrong): SearchMistake {
  const position = isKey ? term.start : term.valueStart;
  const end = isKey ? term.valueStart : term.end;
  const source = text.slice(position, end);
  const echo = source.length <= MAX_ECHO_LENGTH ? source : `${source.slice(0, MAX_ECHO_LENGTH)}…`;
  const received = source === '' ? undefined : JSON.stringify(echo);
  const misread = { place: position + 1, key: isKey ? undefined : term.key, wanted, received, meant };
  return {
    position,
    length: end - position,
    expected: sayWanted(ENGLISH, wanted),
    received: received ?? ENGLISH.nothing,
    message: sayMisread(ENGLISH, misread),
    misread,
  };
}
