/** A part of an SQL text. */
export interface StatementPiece {
  /**
   * `literal`: a text in single quotes, with them. `dollars`: what stands between $tag$ and $tag$, with them. `other`: a
   * comment, or a literal with escapes, E'it\'s'. `name`: one in double quotes, with them. `plain`: all else.
   */
  kind: 'plain' | 'literal' | 'dollars' | 'name' | 'other';
  piece: string;
  /** Where it begins, from 0. */
  place: number;
}

/** In the order in which they are tried: what begins none of the others is plain. */
const KINDS: readonly [StatementPiece['kind'], RegExp][] = [
  ['plain', /[^'"$/eE-]+/y],
  ['name', /"(?:[^"]|"")*"/y],
  ['literal', /'(?:[^']|'')*'/y],
  ['other', /(?<![\w$])[eE]'(?:[^'\\]|''|\\[\s\S])*'|--[^\n]*/y],
  ['dollars', /(?<![\w$])\$((?:[A-Za-z_]\w*)?)\$[\s\S]*?\$\1\$/y],
  ['plain', /[\s\S]/y],
];

/**
 * All of a text, in its order, as Postgres' own scanner sees it: an apostrophe within a comment, a name, an escape or dollars
 * begins no literal. What is not closed is plain.
 */
export function splitStatement(text: string): StatementPiece[] {
  const pieces: StatementPiece[] = [];
  for (let place = 0; place < text.length; ) {
    const { kind, piece } = commentAt(text, place) ?? pieceAt(text, place);
    const last = pieces.at(-1);
    if (kind === 'plain' && last?.kind === 'plain') last.piece += piece;
    else pieces.push({ kind, piece, place });
    place += piece.length;
  }
  return pieces;
}

type Found = Omit<StatementPiece, 'place'>;

function pieceAt(text: string, place: number): Found {
  for (const [kind, pattern] of KINDS) {
    pattern.lastIndex = place;
    const found = pattern.exec(text);
    if (found) return { kind, piece: found[0] };
  }
  throw new RangeError(`there is nothing at ${place} of a text of ${text.length}`);
}

/** Comments of this kind hold others. */
function commentAt(text: string, place: number): Found | undefined {
  if (!text.startsWith('/*', place)) return undefined;
  const mark = /\/\*|\*\//g;
  mark.lastIndex = place;
  let depth = 0;
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return { kind: 'other', piece: text.slice(place, mark.lastIndex) };
  }
  return { kind: 'other', piece: text.slice(place) };
}
