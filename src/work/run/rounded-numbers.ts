import type { FieldMistake } from '../../errors.ts';
import { describeIssues, fieldPath } from '../../tasks/describe-issues.ts';
import type { parsePayload } from '../../tasks/parse-payload.ts';

const ROUNDED =
  'expected a number that a double holds exactly, received a longer whole one; send it as text, or have the schema ask for a bigint';

const ENDLESS = 'expected a number that a double holds, received one beyond 1.8e308; send it as text';

/**
 * What is wrong with a payload, field by field, without any value of it: what the schema refuses, whole numbers that it would
 * have rounded (`z.coerce.number()`), wherever it puts them then, and numbers that no double holds, which arrive as infinite.
 * Empty when nothing is.
 */
export function findMistakes(
  parsed: ReturnType<typeof parsePayload<unknown>>,
  given: unknown,
): FieldMistake[] {
  const changed = changedNumbersIn(given);
  if (!parsed.success) return describeRefused(parsed.error, changed);
  if (changed.length === 0) return [];
  const kept = numbersIn(parsed.data);
  return changed.filter(({ value }) => kept.has(Number(value))).map(describe);
}

type Path = readonly PropertyKey[];
type Refusal = Parameters<typeof describeIssues>[0];

/** A whole number that a double would round, which is a bigint here, or one that is infinite. */
interface ChangedNumber {
  readonly value: bigint | number;
  readonly path: Path;
}

/** Only what asks for another kind of value is told differently: a bigint that is too large for its schema is just that. */
function describeRefused({ issues }: Refusal, changed: readonly ChangedNumber[]): FieldMistake[] {
  const places = new Map(changed.map((each) => [fieldPath('payload', each.path), describe(each)]));
  return issues.flatMap((issue) => {
    const isOfKind = issue.code === 'invalid_type' || issue.code === 'invalid_union';
    return describeIssues({ issues: [issue] }, 'payload').map(
      (mistake) => (isOfKind && places.get(mistake.field)) || mistake,
    );
  });
}

function describe({ value, path }: ChangedNumber): FieldMistake {
  return { field: fieldPath('payload', path), message: typeof value === 'bigint' ? ROUNDED : ENDLESS };
}

/** However deep they are. */
function changedNumbersIn(root: unknown): ChangedNumber[] {
  const found: ChangedNumber[] = [];
  const open: { value: unknown; path: Path }[] = [{ value: root, path: [] }];
  for (let each = open.pop(); each; each = open.pop()) {
    const { value, path } = each;
    if (typeof value === 'bigint' || isEndless(value)) found.push({ value, path });
    if (typeof value !== 'object' || value === null) continue;
    const isList = Array.isArray(value);
    for (const [name, member] of Object.entries(value)) {
      if (typeof member === 'bigint' || isEndless(member) || (typeof member === 'object' && member !== null))
        open.push({ value: member, path: [...path, isList ? Number(name) : name] });
    }
  }
  return found;
}

function isEndless(value: unknown): value is number {
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY;
}

/** Those of what a schema made, which may refer to itself. */
function numbersIn(root: unknown): Set<number> {
  const numbers = new Set<number>();
  const seen = new Set<unknown>();
  const open = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === 'number') numbers.add(value);
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    for (const member of Object.values(value)) open.push(member);
  }
  return numbers;
}
