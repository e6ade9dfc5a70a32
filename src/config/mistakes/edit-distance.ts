/**
 * Whether at most `edits` single steps turn one word into the other; a step adds, drops or changes a letter, or swaps
 * two neighbours. Meant for one or two edits: each one more takes four times as long.
 */
export function isWithinEdits(edits: number, one: string, other: string): boolean {
  const same = commonPrefixLength(one, other);
  const [a, b] = [one.slice(same), other.slice(same)];
  if (a === b) return true;
  if (edits === 0) return false;
  const isSwapped = a.length > 1 && a[0] === b[1] && a[1] === b[0];
  return (
    isWithinEdits(edits - 1, a.slice(1), b) ||
    isWithinEdits(edits - 1, a, b.slice(1)) ||
    isWithinEdits(edits - 1, a.slice(1), b.slice(1)) ||
    (isSwapped && isWithinEdits(edits - 1, a.slice(2), b.slice(2)))
  );
}

function commonPrefixLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}
