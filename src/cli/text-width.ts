const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
const PLAIN = /^[\u0020-\u007e]*$/;
const WIDE =
  /\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|[\uff01-\uff60]/u;
const CONTROL = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * On one line, and without what a terminal would take for a command: payloads and error messages are written by others.
 */
export function printable(text: string): string {
  return text.replace(CONTROL, ' ');
}

/** Places that a printable text takes on a terminal. */
export function textWidth(text: string): number {
  return PLAIN.test(text) ? text.length : graphemes(text).reduce((sum, each) => sum + widthOf(each), 0);
}

/** The text in exactly so many places: filled up with spaces, or cut with an ellipsis. */
export function fitText(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const free = width - textWidth(text);
  if (free < 0) return fitText(`${cut(text, width - 1)}…`, width, align);
  return align === 'left' ? text + ' '.repeat(free) : ' '.repeat(free) + text;
}

function cut(text: string, width: number): string {
  let places = 0;
  const kept = [];
  for (const each of graphemes(text)) {
    places += widthOf(each);
    if (places > width) break;
    kept.push(each);
  }
  return kept.join('');
}

function graphemes(text: string): string[] {
  return Array.from(GRAPHEMES.segment(text), ({ segment }) => segment);
}

function widthOf(grapheme: string): number {
  return WIDE.test(grapheme) ? 2 : 1;
}
