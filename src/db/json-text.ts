/** The code of `"`. */
export const QUOTE = 34;

const [BACKSLASH, COMMA, COLON, BRACKET, BRACKET_END, BRACE, BRACE_END] = [
  92, 44, 58, 91, 93, 123, 125,
] as const;

/** Where the text goes on behind the string that begins at this quote; the text's length for one that has no end. */
export function endOfString(json: string, quoteAt: number): number {
  let end = json.indexOf('"', quoteAt + 1);
  while (end !== -1 && isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end === -1 ? json.length : end + 1;
}

function isEscaped(json: string, at: number): boolean {
  let before = at;
  while (json.charCodeAt(before - 1) === BACKSLASH) before -= 1;
  return (at - before) % 2 === 1;
}

/** Deeper than this, the place is told by what it is in. */
const MAX_STEPS = 32;
const MAX_KEY_LENGTH = 64;

/** One level of a text: which member or element of it. */
interface Step {
  /** The element; -1 in an object. */
  index: number;
  /** Where the member's name stands; nowhere in an array. */
  keyAt: number;
  keyEnd: number;
}

/**
 * The place of a value in a JSON text by names and numbers, as in `jobs[2].payload.id`; empty for the text itself. Names are
 * shortened, and behind 32 levels comes `…`. Takes time in proportion to the text, and no memory.
 *
 * @param offset of the value's first character
 */
export function pathAt(json: string, offset: number): string {
  const steps: Step[] = [];
  let [depth, stringAt, at] = [0, 0, 0];
  while (at < offset) {
    const code = json.charCodeAt(at);
    const step = steps[depth - 1];
    if (code === QUOTE) {
      stringAt = at;
      at = endOfString(json, at);
      continue;
    }
    if (code === BRACKET || code === BRACE) {
      if (depth < MAX_STEPS) steps[depth] = { index: code === BRACKET ? 0 : -1, keyAt: 0, keyEnd: 0 };
      depth += 1;
    } else if (code === BRACKET_END || code === BRACE_END) depth -= 1;
    else if (code === COMMA && step && step.index >= 0) step.index += 1;
    else if (code === COLON && step) [step.keyAt, step.keyEnd] = [stringAt, at];
    at += 1;
  }
  const path = steps.slice(0, depth).map((step) => render(json, step));
  return path.join('').replace(/^\./, '') + (depth > MAX_STEPS ? '…' : '');
}

function render(json: string, { index, keyAt, keyEnd }: Step): string {
  if (index >= 0) return `[${index}]`;
  const key = JSON.parse(json.slice(keyAt, keyEnd)) as string;
  return `.${key.length > MAX_KEY_LENGTH ? `${key.slice(0, MAX_KEY_LENGTH)}…` : key}`;
}
