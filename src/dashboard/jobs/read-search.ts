import type { JobFilter } from '../../look/job-filter.ts';
import { formatSearch, quoteValue } from '../../wire/search/format-search.ts';
import { parseSearch, type SearchMistake } from '../../wire/search/parse-search.ts';
import { sayMisread } from '../../wire/search/search-words.ts';
import { splitTerms } from '../../wire/search/terms.ts';
import type { View } from '../shell/view.ts';

/** Which jobs a page shows. */
export interface Search {
  /** As it was typed. */
  text: string;
  /** What is right of it. */
  filter: JobFilter;
  /** What is wrong with it, and was left out, in the language of the page. */
  mistakes: readonly Mistake[];
}

/** Where it is, and what is wrong. */
export type Mistake = Pick<SearchMistake, 'position' | 'length' | 'message'>;

/** What the API calls a condition, and the key that a search has for it: a link may name either. */
const KEYS: Readonly<Record<string, string>> = {
  ...{ queue: 'queue', state: 'state', task: 'task', error: 'error', key: 'key', worker: 'worker' },
  ...{ sequence: 'sequence', trace: 'trace', failure: 'failure', attempts: 'attempts', id: 'id' },
  ...{ created_after: 'since', created_before: 'until' },
  ...{ finished_after: 'finished-since', finished_before: 'finished-until' },
  payload_contains: 'payload',
};

/** The search of an address: `q`, and conditions by the names that they have in the API. */
export function readSearch(view: View, params: URLSearchParams): Search {
  const named = [...params].filter(([name, value]) => Object.hasOwn(KEYS, name) && value !== '');
  const terms = named.map(([name, value]) => `${KEYS[name]}:${written(name, value)}`);
  return parse(view, [...terms, params.get('q') ?? ''].join(' ').trim());
}

/** A search whose times ago are instants, so that it means the same later on. */
export function lastingText(filter: JobFilter): string {
  return formatSearch(filter);
}

/** The text with that state in the place of those it has; with none for all. */
export function withState(text: string, state: string | undefined): string {
  const others = splitTerms(text).filter(({ key }) => key !== 'state');
  const kept = others.map(({ start, end }) => text.slice(start, end));
  return [...kept, ...(state === undefined ? [] : [`state:${state}`])].join(' ');
}

/** The address of the list that shows what fits. */
export function searchAddress(text: string, more: Readonly<Record<string, string>> = {}): string {
  const params = new URLSearchParams({ ...(text === '' ? {} : { q: text }), ...more });
  return params.size === 0 ? 'jobs' : `jobs?${params}`;
}

/** A viewer may not ask what payloads contain: whoever may ask can read them, bit by bit. */
function parse({ mayAct, texts }: View, text: string): Search {
  const { filter, mistakes: found } = parseSearch(text);
  const mistakes = found.map(({ position, length, misread }) => ({
    ...{ position, length },
    message: sayMisread(texts.jobs.misread, misread),
  }));
  if (mayAct || filter.payloadContains === undefined) return { text, filter, mistakes };
  const { payloadContains: _, ...rest } = filter;
  const hidden = splitTerms(text)
    .filter(({ key }) => key === 'payload')
    .map(({ start, end }) => ({
      ...{ position: start, length: end - start },
      message: texts.jobs.hidden,
    }));
  return { text, filter: rest, mistakes: [...mistakes, ...hidden] };
}

function written(name: string, value: string): string {
  return name === 'payload_contains' ? value : quoteValue(value);
}
