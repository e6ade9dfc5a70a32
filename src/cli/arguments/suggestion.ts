import { isWithinEdits } from '../../config/mistakes/edit-distance.ts';

const SHORT = 4;

/** "; did you mean X?", or nothing. */
export function suggestion(word: string, known: readonly string[], prefix = ''): string {
  const meant = nearest(word, known);
  return meant === undefined ? '' : `; did you mean ${prefix}${meant}?`;
}

/** The word that was probably meant: one that begins so, or that is one or two letters away. */
function nearest(word: string, known: readonly string[]): string | undefined {
  const begun = word.length > 1 ? known.filter((each) => each.startsWith(word)) : [];
  if (begun.length === 1) return begun[0];
  const within = (edits: number) => known.find((each) => isWithinEdits(edits, word, each));
  return within(1) ?? (word.length > SHORT ? within(2) : undefined);
}
