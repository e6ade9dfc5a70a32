import { randomUUID } from 'node:crypto';
import { endOfString } from './json-text.ts';

/**
 * What `JSON.parse` should give. V8 reads an escaped name of a member as another, where an earlier text, anybody's, had a name with a
 * backslash in that place: after `{"x":1,"a\\":1}`, it reads `{"x":1,"a\n":1}` as the former (nodejs/node#63785, in Node 24 and 26).
 * So names with an escape are set after the rest was read. A text without a backslash costs a look for one beside `JSON.parse`, and
 * one without such a name a look at where its texts end.
 *
 * @throws {SyntaxError} as `JSON.parse` does
 */
export function parseJson(text: string): unknown {
  if (!text.includes('\\')) return JSON.parse(text);
  const names: string[] = [];
  let mark = '';
  const marked = markNames(text, (literal) => {
    mark ||= randomUUID();
    return `"${mark}${names.push(literal) - 1}"`;
  });
  if (names.length === 0) return JSON.parse(text);
  const nameOf = (name: string) =>
    name.startsWith(mark) ? (JSON.parse(names[Number(name.slice(mark.length))] ?? '') as string) : name;
  try {
    return setNames(JSON.parse(marked), nameOf);
  } catch {
    return JSON.parse(text); // it is no JSON, and its own place and words are what one is to be told
  }
}

const WHITE_SPACE = /[\t\n\r ]*/y;

/** The text with each name that has an escape as what `toMarked` makes of it. */
function markNames(text: string, toMarked: (literal: string) => string): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = text.indexOf('"'); at !== -1; ) {
    const end = endOfString(text, at);
    if (isName(text, end)) {
      const literal = text.slice(at, end);
      if (literal.includes('\\')) {
        parts.push(text.slice(from, at), toMarked(literal));
        from = end;
      }
    }
    at = text.indexOf('"', end);
  }
  return parts.join('') + text.slice(from);
}

function isName(text: string, end: number): boolean {
  WHITE_SPACE.lastIndex = end;
  WHITE_SPACE.test(text);
  return text[WHITE_SPACE.lastIndex] === ':';
}

/** Gives members their names, in their order; in place, however deep it goes. */
function setNames(root: unknown, nameOf: (name: string) => string): unknown {
  const open = [root];
  while (open.length > 0) {
    const each = open.pop();
    if (typeof each !== 'object' || each === null) continue;
    const members = Object.entries(each);
    for (const [, value] of members) open.push(value);
    if (members.every(([name]) => nameOf(name) === name)) continue;
    for (const [name] of members) Reflect.deleteProperty(each, name);
    for (const [name, value] of members)
      Object.defineProperty(each, nameOf(name), {
        value,
        configurable: true,
        enumerable: true,
        writable: true,
      });
  }
  return root;
}
