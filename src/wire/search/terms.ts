/** A piece of a search: `key:value`, or words without a key. */
export interface Term {
  /** The name before the colon; undefined for words. */
  readonly key: string | undefined;
  /** Without quotes and their escapes; of `payload` the JSON as it stands. */
  readonly value: string;
  /** Where the term begins, its value does, and what comes after: places in the text, from 0. */
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
  /** What is missing at the end of it: a quote, or the end of the JSON. */
  readonly lacks: 'quote' | 'end' | undefined;
}

const KEY = /([A-Za-z][A-Za-z_-]*):/y;
const SPACE = /\s*/y;
const BARE = /\S*/y;
const QUOTED = /"((?:[^"\\]|\\[\s\S])*)("?)/y;
/** Of JSON: a text, or any one character. */
const JSON_PIECE = /"(?:[^"\\]|\\[\s\S])*"?|[\s\S]/y;

/** The pieces of a search, in their order. Takes any text. */
export function splitTerms(text: string): Term[] {
  const terms: Term[] = [];
  for (let start = endOf(SPACE, text, 0); start < text.length; ) {
    const term = readTerm(text, start);
    terms.push(term);
    start = endOf(SPACE, text, term.end);
  }
  return terms;
}

function readTerm(text: string, start: number): Term {
  const key = matchAt(KEY, text, start)?.[1];
  const valueStart = key === undefined ? start : start + key.length + 1;
  const first = text[valueStart];
  if (key === 'payload' && (first === '{' || first === '[' || first === '"')) {
    const { end, isClosed } = endOfJson(text, valueStart);
    const value = text.slice(valueStart, end);
    return { key, value, start, valueStart, end, lacks: isClosed ? undefined : 'end' };
  }
  if (first !== '"') {
    const end = endOf(BARE, text, valueStart);
    return { key, value: text.slice(valueStart, end), start, valueStart, end, lacks: undefined };
  }
  const [whole = '', inside = '', closing] = matchAt(QUOTED, text, valueStart) ?? [];
  return {
    ...{ key, start, valueStart, end: valueStart + whole.length },
    value: inside.replace(/\\([\s\S])/g, '$1'),
    lacks: closing === '"' ? undefined : 'quote',
  };
}

/** What stands behind the closing bracket of the one at `start`, or behind a text of JSON. */
function endOfJson(text: string, start: number): { end: number; isClosed: boolean } {
  let depth = 0;
  let end = start;
  while (end < text.length) {
    const [piece = ''] = matchAt(JSON_PIECE, text, end) ?? [];
    end += piece.length;
    if (piece === '{' || piece === '[') depth += 1;
    if (piece === '}' || piece === ']') depth -= 1;
    const isOpenText = piece.startsWith('"') && !/^"(?:[^"\\]|\\[\s\S])*"$/.test(piece);
    if (depth === 0) return { end, isClosed: !isOpenText };
  }
  return { end, isClosed: false };
}

function endOf(pattern: RegExp, text: string, at: number): number {
  return at + (matchAt(pattern, text, at)?.[0].length ?? 0);
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
