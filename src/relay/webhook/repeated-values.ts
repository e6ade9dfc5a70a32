/** So many signs in the same order are no chance; of a text that is cut, what is left of it. */
const RUN = 8;
/** 31 to the power of RUN, in 32 bits: what the oldest sign of a run is worth in the sum of the next. */
const OLDEST = Array.from({ length: RUN }).reduce<number>((product) => Math.imul(product, 31), 1);
const SUMS = 65_536;

/** Texts that are not to be shown again. Capitals and kinds of blanks make no difference. */
export class RepeatedValues {
  readonly #values: ReadonlySet<string>;

  constructor(values: readonly string[]) {
    this.#values = new Set(values.map(fold));
  }

  /** The text with … in the place of each of the values that it holds. */
  hideWhole(text: string): string {
    const folded = fold(text);
    const isHidden = new Uint8Array(text.length);
    for (const value of this.#values) {
      for (let at = folded.indexOf(value); at >= 0; at = folded.indexOf(value, at + 1))
        isHidden.fill(1, at, at + value.length);
    }
    return withoutMarked(text, isHidden);
  }

  /** The same for every eight signs in a row that it has of them. The text is to be short, the values may be long. */
  hideRuns(text: string): string {
    const { placesOf, countOf } = runsOf(fold(text));
    const isHidden = new Uint8Array(text.length);
    for (const value of this.#values) {
      eachSum(value, (at, sum) => {
        if (!countOf[sum]) return;
        const run = value.slice(at, at + RUN);
        for (const place of placesOf.get(run) ?? []) isHidden.fill(1, place, place + RUN);
        // Or a value of few signs that repeat would cost its length times that of the text.
        if (placesOf.delete(run)) countOf[sum] = (countOf[sum] ?? 1) - 1;
      });
    }
    return withoutMarked(text, isHidden);
  }
}

/** Where each run of the text is, and how many there are of each sum: most of a long value is not looked up. */
function runsOf(text: string): { placesOf: Map<string, number[]>; countOf: Uint16Array } {
  const placesOf = new Map<string, number[]>();
  const countOf = new Uint16Array(SUMS);
  eachSum(text, (at, sum) => {
    const run = text.slice(at, at + RUN);
    const places = placesOf.get(run);
    if (places) {
      places.push(at);
      return;
    }
    placesOf.set(run, [at]);
    countOf[sum] = (countOf[sum] ?? 0) + 1;
  });
  return { placesOf, countOf };
}

/** Every run of a text, with a sum that is the same for the same signs. Source: Karp and Rabin, 1987. */
function eachSum(text: string, tell: (at: number, sum: number) => void): void {
  let sum = 0;
  for (let end = 0; end < text.length; end += 1) {
    sum = (Math.imul(sum, 31) + text.charCodeAt(end)) | 0;
    if (end >= RUN) sum = (sum - Math.imul(OLDEST, text.charCodeAt(end - RUN))) | 0;
    if (end >= RUN - 1) tell(end - RUN + 1, (sum ^ (sum >>> 16)) & (SUMS - 1));
  }
}

function withoutMarked(text: string, marks: Uint8Array): string {
  const parts: string[] = [];
  let from = 0;
  while (from < text.length) {
    const hidden = marks[from];
    let to = from + 1;
    while (to < text.length && marks[to] === hidden) to += 1;
    parts.push(hidden ? '…' : text.slice(from, to));
    from = to;
  }
  return parts.join('');
}

/** As long as the text, so that places in one are those in the other. */
function fold(text: string): string {
  const small = text.toLowerCase(); // longer where a sign has no small one of its own: İ
  return (small.length === text.length ? small : text).replace(/[\s\p{Cc}]/gu, ' ');
}
