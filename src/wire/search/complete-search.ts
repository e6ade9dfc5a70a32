import { quoteValue } from './format-search.ts';
import { SEARCH_KEYS, SEARCH_STATES } from './search-keys.ts';
import { splitTerms, type Term } from './terms.ts';

/** Names that there are. */
export interface SearchNames {
  readonly queues: readonly string[];
  readonly tasks: readonly string[];
}

/** What may stand at the cursor. */
export interface SearchCompletion {
  /** The part of the text that an option takes the place of: from its first place up to what comes after. */
  readonly from: number;
  readonly to: number;
  /** In the order in which they are worth offering; none where anything may come. */
  readonly options: readonly string[];
}

const DURATIONS = ['15m', '1h', '24h', '7d'];
const ATTEMPTS = ['>1', '>3', '>10'];

/**
 * What may come at the cursor of a search: keys with their colon, and after one the values there are: states, queues, tasks,
 * some times ago and numbers of runs.
 *
 * @param cursor 0 to the length of the text
 */
export function completeSearch(text: string, cursor: number, names: SearchNames): SearchCompletion {
  const terms = splitTerms(text);
  const term = terms.find(({ start, end }) => start <= cursor && cursor <= end);
  if (!term) return completeKey(terms, '', { from: cursor, to: cursor });
  if (term.key === undefined) {
    const { start: from, end: to } = term;
    return completeKey(terms, text.slice(from, cursor), { from, to });
  }
  if (cursor < term.valueStart) {
    const others = terms.filter((each) => each !== term);
    return completeKey(others, text.slice(term.start, cursor), { from: term.start, to: term.valueStart });
  }
  return completeValue(term, { text, cursor, names });
}

type Place = Pick<SearchCompletion, 'from' | 'to'>;

/** A key that was given is not offered again, unless it may be. */
function completeKey(others: readonly Term[], begun: string, place: Place): SearchCompletion {
  const isFree = (key: string) => SEARCH_KEYS[key]?.isList || !others.some((term) => term.key === key);
  const keys = Object.keys(SEARCH_KEYS).filter((key) => key.startsWith(begun) && isFree(key));
  return { ...place, options: keys.map((key) => `${key}:`) };
}

interface Around {
  text: string;
  cursor: number;
  names: SearchNames;
}

function completeValue(term: Term, { text, cursor, names }: Around): SearchCompletion {
  const { key = '', valueStart, end } = term;
  const listStart = text.lastIndexOf(',', cursor - 1) + 1;
  const nextComma = text.indexOf(',', cursor);
  const place =
    key === 'state'
      ? { from: Math.max(valueStart, listStart), to: nextComma < 0 || nextComma > end ? end : nextComma }
      : { from: valueStart, to: end };
  const begun = text.slice(place.from, cursor).replace(/^"/, '');
  const taken = key === 'state' ? term.value.split(',').filter((state) => state !== begun) : [];
  const options = valuesOf(key, names).filter((value) => value.startsWith(begun) && !taken.includes(value));
  return { ...place, options: options.map(quoteValue) };
}

function valuesOf(key: string, { queues, tasks }: SearchNames): readonly string[] {
  switch (key) {
    case 'state':
      return SEARCH_STATES;
    case 'queue':
      return queues;
    case 'task':
      return tasks;
    case 'attempts':
      return ATTEMPTS;
    case 'since':
    case 'until':
    case 'finished-since':
    case 'finished-until':
      return DURATIONS;
    default:
      return [];
  }
}
