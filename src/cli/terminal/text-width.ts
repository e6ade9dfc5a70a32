const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
const PLAIN = /^[\u0020-\u007e]*$/;
/** Wide and full-width blocks, punctuation of East Asian scripts included. Source: Unicode's EastAsianWidth.txt. */
const WIDE =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;
const COMMANDS = '\\p{Cc}\\u2028\\u2029\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069';
const CONTROL = new RegExp(`[${COMMANDS}]+`, 'gu');
const CONTROL_BUT_LINES = new RegExp(`(?!\\n)[${COMMANDS}]`, 'gu');

/**
 * On one line, and without what a terminal would take for a command: payloads and error messages are written by others.
 */
export function printable(text: string): string {
  return text.replace(CONTROL, ' ');
}

/** As `printable`, with its line breaks. */
export function printableLines(text: string): string {
  return text.replace(CONTROL_BUT_LINES, ' ');
}

/** JSON that means the same and commands no terminal: JSON itself escapes only some of those characters. */
export function printableJson(json: string): string {
  return json.replace(
    CONTROL_BUT_LINES,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
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
