const DEFAULT_MAX_LENGTH = 80;
/** Marks that flip the reading order; they can make a name swallow the words around it. */
const READING_ORDER_MARKS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const GAPS = /[\s\p{Cc}]+/gu;

/**
 * `text` as one line without control characters: every run of white space, line breaks and control characters
 * becomes one space. For words of customers that go into a subject or a sentence.
 *
 * @param maxLength characters kept, 80 by default; a longer text ends in `…`
 */
export function plainLine(text: string, maxLength = DEFAULT_MAX_LENGTH): string {
  const line = text.replace(READING_ORDER_MARKS, '').replace(GAPS, ' ').trim();
  const characters = Array.from(line);
  return characters.length > maxLength ? `${characters.slice(0, maxLength - 1).join('')}…` : line;
}
