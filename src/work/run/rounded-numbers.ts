import type { FieldMistake } from '../../errors.ts';
import { describeIssues, fieldPath } from '../../tasks/describe-issues.ts';
import type { parsePayload } from '../../tasks/parse-payload.ts';

const ROUNDED =
  'expected a number that a double holds exactly, received a longer whole one; send it as text, or have the schema ask for a bigint';

/**
 * What is wrong with a payload, field by field, without any value of it: what the schema refuses, and whole numbers that it
 * would have rounded (`z.coerce.number()`), which arrive here as bigints. Empty when nothing is.
 */
export function findMistakes(
  parsed: ReturnType<typeof parsePayload<unknown>>,
  given: unknown,
): FieldMistake[] {
  const longOnes = bigintsIn(given);
  if (parsed.success) {
    const rounded = longOnes.filter((path) => typeof valueAt(parsed.data, path) === 'number');
    return rounded.map(describe);
  }
  const places = new Set(longOnes.map((path) => fieldPath('payload', path)));
  return describeIssues(parsed.error, 'payload').map((mistake) =>
    places.has(mistake.field) ? { ...mistake, message: ROUNDED } : mistake,
  );
}

type Path = readonly PropertyKey[];

function describe(path: Path): FieldMistake {
  return { field: fieldPath('payload', path), message: ROUNDED };
}

/** Where a value of JSON has bigints, however deep. */
function bigintsIn(root: unknown): Path[] {
  const found: Path[] = [];
  const open: { value: unknown; path: Path }[] = [{ value: root, path: [] }];
  for (let each = open.pop(); each; each = open.pop()) {
    const { value, path } = each;
    if (typeof value === 'bigint') found.push(path);
    if (typeof value !== 'object' || value === null) continue;
    const isList = Array.isArray(value);
    for (const [name, member] of Object.entries(value)) {
      if (typeof member === 'bigint' || (typeof member === 'object' && member !== null))
        open.push({ value: member, path: [...path, isList ? Number(name) : name] });
    }
  }
  return found;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (holder, key) => (typeof holder === 'object' && holder !== null ? Reflect.get(holder, key) : undefined),
    value,
  );
}
