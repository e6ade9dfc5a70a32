import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';

/** Words of up to so many characters stay in one piece. */
const LONG_WORD = /\S{21,}/g;
const PIECES = /[^_./:@,-]{1,20}[_./:@,-]*|[_./:@,-]+/g;

/** The text, with places in its long words where it may go on in the next line: no table grows wider than its page by a name. */
export function breakable(text: string): Html | string {
  const found = [...text.matchAll(LONG_WORD)];
  if (found.length === 0) return text;
  const parts: (Html | string)[] = [];
  let end = 0;
  for (const { 0: word, index } of found) {
    parts.push(text.slice(end, index), ...piecesOf(word));
    end = index + word.length;
  }
  return html`${[...parts, text.slice(end)]}`;
}

function piecesOf(word: string): Html[] {
  return (word.match(PIECES) ?? [word]).map((piece) => html`${piece}<wbr>`);
}
