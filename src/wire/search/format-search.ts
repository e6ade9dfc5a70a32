import type { JobFilter } from '../../look/job-filter.ts';
import { SEARCH_KEYS, SEARCH_WORDS } from './search-keys.ts';

/** Words that no key and no quote is in. */
const PLAIN_WORDS = /^[^\s":]+( [^\s":]+)*$/;
const PLAIN_VALUE = /^[^\s"][^\s]*$/;

/** The search that says the filter: `parseSearch` makes the same of it. Empty for one without conditions. */
export function formatSearch(filter: JobFilter): string {
  const terms = Object.entries(SEARCH_KEYS).flatMap(([key, { write }]) =>
    write(filter).map((value) => `${key}:${key === 'payload' ? value : quoteUnless(PLAIN_VALUE, value)}`),
  );
  const words = SEARCH_WORDS.write(filter).map((value) => quoteUnless(PLAIN_WORDS, value));
  return [...terms, ...words].join(' ');
}

/** As a value of a search, in quotes where it needs them. */
export function quoteValue(value: string): string {
  return quoteUnless(PLAIN_VALUE, value);
}

function quoteUnless(plain: RegExp, value: string): string {
  return plain.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}
