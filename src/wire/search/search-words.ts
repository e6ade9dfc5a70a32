import { ATTEMPTS_FORM } from '../parse-attempts.ts';
import { INSTANT_FORM } from '../read-instant.ts';

/** What a piece of a search was to be: its name in `SearchWords`, and what the words of that name. */
export interface Wanted {
  readonly what: keyof SearchWords['wanted'];
  readonly of: string;
}

/** What is wrong with a piece, before it is said in a language. */
export interface Misread {
  /** Its first place in the text, from 1. */
  readonly place: number;
  /** The key whose value it is; undefined for a key itself, and for words without one. */
  readonly key: string | undefined;
  readonly wanted: Wanted;
  /** As it was typed, in quotes; undefined for nothing. */
  readonly received: string | undefined;
  /** The key that was probably meant. */
  readonly meant: string | undefined;
}

/** In English, which programs and the terminal have. */
export const SEARCH_WORDS_IN_ENGLISH = {
  wanted: {
    keys: (keys: string) => `one of ${keys} before a colon, or quotes around what has one`,
    states: (states: string) => `one of ${states}, or several with commas between them`,
    ids: (most: string) => `the id of a job, or 1 to ${most} with commas between them`,
    text: (most: string) => `1 to ${most} characters, all of them valid, none NUL`,
    words: (most: string) => `words of 1 to ${most} characters, all of them valid, none NUL`,
    digits: (count: string) => `${count} hexadecimal digits`,
    attempts: (_: string) => ATTEMPTS_FORM,
    instant: (_: string) => `how long ago, e.g. 2h, or ${INSTANT_FORM}`,
    payload: (_: string) => 'JSON that the payload contains, e.g. {"user_account":"ada"}',
    quote: (_: string) => '" behind it',
    end: (_: string) => 'the end of the JSON behind it',
    once: (key: string) => `${key} once`,
    onceFromEachSide: (key: string) => `${key} once from each side`,
  },
  nothing: 'nothing',
  at: (place: string, wanted: string, received: string) =>
    `at ${place}: expected ${wanted}, received ${received}`,
  atKey: (place: string, key: string, wanted: string, received: string) =>
    `at ${place}: ${key}: expected ${wanted}, received ${received}`,
  meant: (key: string) => `; did you mean ${key}?`,
};

export type SearchWords = typeof SEARCH_WORDS_IN_ENGLISH;

/** What was expected there, in these words. */
export function sayWanted({ wanted }: SearchWords, { what, of }: Wanted): string {
  return wanted[what](of);
}

/** The whole of it in a sentence. */
export function sayMisread(words: SearchWords, { place, key, wanted, received, meant }: Misread): string {
  const said = [sayWanted(words, wanted), received ?? words.nothing] as const;
  const sentence = key === undefined ? words.at(`${place}`, ...said) : words.atKey(`${place}`, key, ...said);
  return `${sentence}${meant === undefined ? '' : words.meant(meant)}`;
}
