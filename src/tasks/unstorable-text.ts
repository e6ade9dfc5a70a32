import type { FieldMistake } from '../errors.ts';
import { fieldPath } from './describe-issues.ts';

/** How `JSON.stringify` writes them; an escaped backslash before makes something else of it, which a closer look tells. */
const SUSPECT = /\\u(?:0000|d[89a-f])/i;

/**
 * The first text in a document that JSON can say and Postgres cannot hold, NUL or half of a surrogate pair; names of members are
 * looked at as well. Undefined when there is none. A document without such escapes costs a look for them.
 *
 * @param json as `JSON.stringify` writes it
 * @param root what the field begins with
 */
export function findUnstorableText(json: string, root: string): FieldMistake | undefined {
  if (!SUSPECT.test(json)) return undefined;
  const open: Place[] = [{ members: [[undefined, JSON.parse(json)] as const].values() }];
  for (let place = open.at(-1); place; place = open.at(-1)) {
    const next = place.members.next();
    if (next.done) {
      open.pop();
      continue;
    }
    const [key, value] = next.value;
    const received = findIn(key) ?? findIn(value);
    if (received !== undefined) {
      const way = [...open.map((each) => each.key), key].filter((each) => each !== undefined);
      return { field: fieldPath(root, way.map(printable)), message: `${EXPECTED}, received ${received}` };
    }
    if (isContainer(value)) open.push({ key, members: membersOf(value) });
  }
  return undefined;
}

/** Whether Postgres can hold it. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

const EXPECTED = 'expected text without \\u0000 and halves of surrogate pairs';

/** A list or an object that is being looked through: one a level, as members are many. */
interface Place {
  /** In the place above; the document itself has none. */
  readonly key?: Key;
  readonly members: Iterator<readonly [Key, unknown], undefined>;
}

type Key = string | number | undefined;

/** As an escape; undefined when there is nothing to be found. */
function findIn(text: unknown): string | undefined {
  if (typeof text !== 'string' || isStorable(text)) return undefined;
  return text.includes('\0') ? '\\u0000' : /\\ud[89a-f]../.exec(JSON.stringify(text))?.[0];
}

function membersOf(value: object): Place['members'] {
  return Array.isArray(value) ? value.entries() : Object.entries(value).values();
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function printable(key: string | number): string | number {
  return typeof key === 'number' || isStorable(key) ? key : JSON.stringify(key).slice(1, -1);
}
