import { raw } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';

/**
 * What nobody sees, and what turns around how the text beside it is read: anybody may have written it into a reason, a key or an
 * error. As the command line has it (src/cli/terminal/text-width.ts), but for tabs and line breaks.
 */
const CONTROLS = /(?![\t\n\r])[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** A tag, with its attributes, in which no > stands that is not escaped; of a field its text as well, which is sent again. */
const PIECES = /<textarea\b[^>]*>[^<]*|<[^>]*>|[^<]+/g;
/** What of a tag people are shown. */
const SHOWN = /(?<= (?:title|aria-label|placeholder|data-confirm)=)"[^"]*"/g;

/** The page with such characters as their escapes, `\u202e`, wherever they are shown. What forms send stays as it was. */
export function harmless(page: Html): Html {
  return page instanceof Promise ? page.then(cleaned) : cleaned(page);
}

function cleaned(page: Awaited<Html>): Awaited<Html> {
  const text = String(page);
  return text.search(CONTROLS) < 0 ? page : raw(text.replace(PIECES, cleanPiece));
}

function cleanPiece(piece: string): string {
  return piece.startsWith('<') ? piece.replace(SHOWN, escaped) : escaped(piece);
}

function escaped(text: string): string {
  return text.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
