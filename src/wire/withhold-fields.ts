/** Stands for what is not to be seen. */
export const REDACTED = '[redacted]';

/** What is left of a path to match: names of members, `*` being any. */
type Path = readonly string[];

/**
 * A value of JSON with `[redacted]` in the place of each field that one of the paths names: `password` is every member of that
 * name, wherever it is; `card.*` every member of every `card`. Lists are looked through, and an element of one is a member for
 * `*`. The value itself where there is no path.
 */
export function withholdFields(value: unknown, paths: readonly string[]): unknown {
  if (paths.length === 0) return value;
  return replaceFields(value, paths, () => REDACTED);
}

/**
 * The value with what was withheld of another put back: each `[redacted]` where a path names a field becomes what the other has
 * there. What somebody wrote in its place stays.
 */
export function restoreFields(value: unknown, original: unknown, paths: readonly string[]): unknown {
  if (paths.length === 0) return value;
  return replaceFields(value, paths, (field, place) => {
    const kept = field === REDACTED ? memberAt(original, place) : undefined;
    return kept === undefined ? field : kept;
  });
}

type Replace = (field: unknown, place: readonly string[]) => unknown;

function replaceFields(root: unknown, paths: readonly string[], replace: Replace): unknown {
  const all = paths.map((path) => path.split('.'));
  const walk = (value: unknown, begun: readonly Path[], place: readonly string[]): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const isList = Array.isArray(value);
    const member = (name: string, field: unknown) => {
      const at = [...place, name];
      const open = [...begun, ...all];
      const meant = open.filter(([first]) => first === '*' || (!isList && first === name));
      if (meant.some((path) => path.length === 1)) return replace(field, at);
      return walk(field, [...meant.map((path) => path.slice(1)), ...(isList ? begun : [])], at);
    };
    if (isList) return value.map((field, index) => member(String(index), field));
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, member(name, field)]));
  };
  return walk(root, [], []);
}

function memberAt(root: unknown, place: readonly string[]): unknown {
  let at = root;
  for (const name of place) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = Reflect.get(at, name);
  }
  return at;
}
